package store

import (
	"os"
	"syscall"
)

// freeDisk gives the room of a part of a file back, which is read as zeros then. Where the file system cannot, the zeros
// that are there stay.
func freeDisk(f *os.File, offset, length int64) {
	const keepSize, punchHole, block = 0x01, 0x02, 4096 // fallocate(2)
	from, to := (offset+block-1)/block*block, (offset+length)/block*block
	if to > from {
		_ = syscall.Fallocate(int(f.Fd()), keepSize|punchHole, from, to-from)
	}
}
