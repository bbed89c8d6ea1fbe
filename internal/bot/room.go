package bot

import (
	"fmt"

	"golang.org/x/sys/unix"

	"triaged/internal/health"
)

// roomNeeded is how many bytes must be free where the state is. A full disk loses nothing, but stops everything.
const roomNeeded = 512 << 20

// roomIn is how many bytes are free for this user where a directory is.
func roomIn(dir string) (uint64, error) {
	var s unix.Statfs_t
	if err := unix.Statfs(dir, &s); err != nil {
		return 0, err
	}
	return uint64(s.Bavail) * uint64(s.Bsize), nil
}

// room asks the machine, or what stands for it.
func (o *office) room(dir string) (uint64, error) {
	if o.rim.Room != nil {
		return o.rim.Room(dir)
	}
	return roomIn(dir)
}

// diskFinding tells whether the disk is nearly full.
func (d *Desk) diskFinding() (f health.Finding, ok bool) {
	dir := d.config.Desk.DataDir
	free, err := d.room(dir)
	if err != nil {
		return f, false
	}
	f.Key = aboutDisk
	if free < roomNeeded {
		f.What = "The disk of the bot's state is nearly full."
		f.Todo = fmt.Sprintf("There are %d MB left where %s is. Make room: when there is none, mail stays unread on the server, and nothing is sent.", free>>20, dir)
	}
	return f, true
}
