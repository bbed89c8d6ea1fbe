package store

import (
	"archive/tar"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// A backup is a tar archive and a folder beside it:
//
//	FILE                          state.db, manifest.json, manifest.sha256 (so `tar xf` and `sha256sum -c` serve too)
//	triaged-raw-INSTANCE/         pieces of raw files, shared by all backups of one desk in this folder
//	    00000003-0-0-52340-SHA256    raw file 3, wiped 0 times, bytes 0 to 52340
//
// A piece is never changed once it has its name, so a backup adds what is new since the one before it and no more. The
// archive gets its name last: a backup that was cut off leaves the one before it as it was.
const (
	archiveState    = "state.db"
	archiveManifest = "manifest.json"
	archiveSum      = "manifest.sha256"
	archiveFormat   = 1
	rawFolder       = "triaged-raw-"
	maxManifest     = 256 << 20
	unfinished      = ".part" // ends the names of what is being written
)

// ErrBackup is returned for a backup that cannot be used. What follows says why.
var ErrBackup = errors.New("this backup cannot be used")

func unusable(format string, args ...any) error {
	return fmt.Errorf("%w: %w: use an older one", ErrBackup, fmt.Errorf(format, args...))
}

// manifest says what a backup holds.
type manifest struct {
	Format   int        `json:"format"`
	At       time.Time  `json:"at"` // when the state was as it is in here
	Instance string     `json:"instance"`
	Schema   int        `json:"schema"`
	Requests int        `json:"requests"`
	Mails    int        `json:"mails"`
	Size     int64      `json:"state_size"`
	Sum      string     `json:"state_crc32c"` // SHA-256 would take longer than all the rest; each value has its checksum besides
	Raw      []savedRaw `json:"raw"`
}

// savedRaw is one raw file, in pieces.
type savedRaw struct {
	RawExtent
	Pieces []piece `json:"pieces"`
}

// piece is a part of a raw file, kept under the name that its fields make.
type piece struct {
	From int64  `json:"from"`
	To   int64  `json:"to"`
	Sum  string `json:"sha256"`
}

func (e RawExtent) pieceName(p piece) string {
	return fmt.Sprintf("%08d-%d-%d-%d-%s", e.File, e.Version, p.From, p.To, p.Sum)
}

// archive is a backup opened for reading, whose manifest has proved right.
type archive struct {
	manifest
	file  *os.File
	state *io.SectionReader
	raw   string // the folder of pieces
}

// openArchive opens a backup. It proves that the archive is whole, and not yet what is in it.
func openArchive(path string) (*archive, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("cannot open the backup: %w", err)
	}
	a := &archive{file: f}
	if err := a.read(); err != nil {
		f.Close()
		return nil, err
	}
	a.raw = filepath.Join(filepath.Dir(path), rawFolder+a.Instance)
	return a, nil
}

func (a *archive) read() error {
	t := tar.NewReader(a.file)
	head, err := t.Next()
	if err != nil || head.Name != archiveState {
		return unusable("%s is no backup of triaged, or its beginning is damaged", a.file.Name())
	}
	at, err := a.file.Seek(0, io.SeekCurrent)
	if err != nil {
		return fmt.Errorf("cannot read the backup: %w", err)
	}
	a.state = io.NewSectionReader(a.file, at, head.Size)
	b, err := member(t, archiveManifest)
	if err != nil {
		return err
	}
	sum, err := member(t, archiveSum)
	if err != nil {
		return err
	}
	if string(sum) != sumLine(b) || json.Unmarshal(b, &a.manifest) != nil {
		return unusable("its manifest is not what was written")
	}
	if a.Format > archiveFormat || a.Schema > schema {
		return fmt.Errorf("%w: the backup is of format %d, schema %d", ErrNewer, a.Format, a.Schema)
	}
	if a.Size != head.Size || strings.ContainsAny(a.Instance, `/\.`) {
		return unusable("its manifest does not fit it")
	}
	return nil
}

// member reads the next member of an archive, which must have this name.
func member(t *tar.Reader, name string) ([]byte, error) {
	head, err := t.Next()
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return nil, unusable("it is cut short")
	case err != nil:
		return nil, unusable("%w", err)
	case head.Name != name || head.Size > maxManifest:
		return nil, unusable("it holds %s where %s belongs", head.Name, name)
	}
	b, err := io.ReadAll(t)
	if err != nil {
		return nil, unusable("it is cut short")
	}
	return b, nil
}

// sumLine is what sha256sum writes of the manifest.
func sumLine(manifest []byte) string {
	sum := sha256.Sum256(manifest)
	return hex.EncodeToString(sum[:]) + "  " + archiveManifest + "\n"
}

func (a *archive) close() error { return a.file.Close() }

// watched copies with a checksum, and stops when ctx ends. Progress hears of each step's bytes.
func watched(ctx context.Context, to io.Writer, from io.Reader, h hash.Hash, progress func(int64)) (size int64, sum string, err error) {
	b := make([]byte, 1<<20)
	for ctx.Err() == nil {
		n, err := io.ReadFull(from, b)
		h.Write(b[:n])
		if _, err := to.Write(b[:n]); err != nil {
			return size, "", err
		}
		size += int64(n)
		progress(int64(n))
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return size, hex.EncodeToString(h.Sum(nil)), nil
		}
		if err != nil {
			return size, "", err
		}
	}
	return size, "", context.Cause(ctx)
}

// sumOfState is the checksum of a whole state file.
func sumOfState() hash.Hash { return crc32.New(castagnoli) }

// steadily writes to a file and makes it durable bit by bit: much at once would hold up what others write to the disk. One bit
// is written while the one before becomes durable.
type steadily struct {
	*os.File
	ahead   int
	syncing chan error // of the bit before; nil: there is none
}

// mostAhead is how large a bit is.
const mostAhead = 4 << 20

func (s *steadily) Write(b []byte) (int, error) {
	n, err := s.File.Write(b)
	if s.ahead += n; err != nil || s.ahead < mostAhead {
		return n, err
	}
	if err := s.settle(); err != nil {
		return n, err
	}
	s.ahead, s.syncing = 0, make(chan error, 1)
	go func(done chan<- error) { done <- s.Sync() }(s.syncing)
	return n, nil
}

// settle waits for the bit before the last: the system tells of an error in writing only once.
func (s *steadily) settle() error {
	if s.syncing == nil {
		return nil
	}
	err := <-s.syncing
	s.syncing = nil
	return err
}

// written makes a file by a function, and gives it its name once it is durable. The name of what is being written ends in
// ".part"; one that was left by a crash is written over.
func written(path string, fill func(*os.File) error) error {
	f, err := os.OpenFile(path+unfinished, os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	err = fill(f)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		os.Remove(f.Name())
		return err
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}

// exists tells whether there is something under a name, a broken link included.
func exists(path string) (bool, error) {
	_, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}
