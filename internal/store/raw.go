package store

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"
)

// RawRef says where a raw mail lies. The zero RawRef is none.
type RawRef struct {
	File   uint32 `json:"file"`
	Offset int64  `json:"offset"`
	Length int64  `json:"length"` // of the whole record
}

// RawMail is one mail to keep, with enough beside it to account for it anew if the state were lost.
type RawMail struct {
	Label RawLabel
	Data  []byte // at most 1 GiB with the label
}

// RawLabel is what the server said of a mail, kept in front of its bytes.
type RawLabel struct {
	Mailbox     string    `json:"mailbox,omitempty"` // "" for outgoing mail
	Folder      string    `json:"folder,omitempty"`
	UIDValidity uint32    `json:"uid_validity,omitempty"`
	UID         uint32    `json:"uid,omitempty"`
	Received    time.Time `json:"received,omitzero"`
	Size        int64     `json:"size,omitempty"`   // of the mail on the server, if this is its beginning only
	Outbox      uint64    `json:"outbox,omitempty"` // number of an outgoing mail
	Shell       string    `json:"shell,omitempty"`  // not a mail: what was said at a shell, as this person
}

// A record is: magic, length of the label, length of the data, checksum of the lengths, the label and the data; then
// label and data.
const (
	rawMagic  = "TRM1"
	rawHead   = 4 + 4 + 8 + 4
	rawRotate = 256 << 20
	rawSuffix = ".mails"
	rawMax    = 1 << 30
	rawBuffer = 256 << 10
)

// rawDisk is where raw files are written.
type rawDisk interface {
	// create makes a file that must not exist yet.
	create(path string) (rawFile, error)
	// syncDir makes the names in a directory durable.
	syncDir(dir string) error
}

// rawFile is a file being written. What was written before Sync returned is durable.
type rawFile interface {
	io.WriterAt
	Sync() error
	Truncate(size int64) error
	Close() error
}

// disk is the real one.
type disk struct{}

func (disk) create(path string) (rawFile, error) {
	return os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
}

func (disk) syncDir(dir string) error { return syncDir(dir) }

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}

// rawLog is an append-only log of raw mails in numbered files. One fsync makes a whole batch durable.
//
// A file is written by one process, from its first append on. So only the end of a file can be torn, by the crash that
// ended its process, and nothing refers to that: whoever reads a file from its beginning has read all once a record is
// not whole.
type rawLog struct {
	dir      string
	readOnly bool
	disk     rawDisk

	mu     sync.Mutex // guards what follows, and appending
	file   rawFile    // nil: the next append begins a new one
	number uint32     // of the file, or of the last one before
	size   int64      // of what is durable and may be referred to
}

func openRaw(dir string, readOnly bool, d rawDisk) (*rawLog, error) {
	l := &rawLog{dir: dir, readOnly: readOnly, disk: d}
	if readOnly {
		return l, nil
	}
	if err := makeDir(dir); err != nil {
		return nil, fmt.Errorf("cannot make the folder of raw mails: %w", err)
	}
	numbers, err := rawFiles(dir)
	if err != nil {
		return nil, fmt.Errorf("cannot list the raw mails: %w", err)
	}
	if n := len(numbers); n > 0 {
		l.number = numbers[n-1]
	}
	return l, nil
}

// rawFiles lists the numbers of the files in dir, in order.
func rawFiles(dir string) ([]uint32, error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var numbers []uint32
	for _, e := range entries {
		name, ok := strings.CutSuffix(e.Name(), rawSuffix)
		if n, err := strconv.ParseUint(name, 10, 32); ok && err == nil {
			numbers = append(numbers, uint32(n))
		}
	}
	return numbers, err
}

func (l *rawLog) path(number uint32) string {
	return filepath.Join(l.dir, rawName(number))
}

func rawName(number uint32) string { return fmt.Sprintf("%08d%s", number, rawSuffix) }

// append writes the mails and returns once they are on disk. After an error nothing of them is referred to, and the next
// append begins in a clean place.
func (l *rawLog) append(mails []RawMail) ([]RawRef, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.readOnly {
		return nil, fmt.Errorf("cannot keep raw mails: %w: the store was opened for looking only", fs.ErrPermission)
	}
	if err := l.ready(); err != nil {
		return nil, fmt.Errorf("cannot keep raw mails: %w", err)
	}
	refs, end, err := l.write(mails)
	if err != nil {
		err = errors.Join(err, l.file.Truncate(l.size))
	} else if err = l.file.Sync(); err == nil {
		l.size = end
		return refs, nil
	}
	// After a failed write or sync nobody knows what the file's end looks like on disk: begin another. An empty one
	// is no loss, and must not be left for each attempt while the disk is full.
	l.file.Close()
	l.file = nil
	if l.size == 0 && os.Remove(l.path(l.number)) == nil {
		l.number--
	}
	return nil, fmt.Errorf("cannot keep raw mails: %w", err)
}

// ready makes sure that there is a file to append to, whose name is durable.
func (l *rawLog) ready() error {
	if l.file != nil && l.size < rawRotate {
		return nil
	}
	f, err := l.disk.create(l.path(l.number + 1))
	if err != nil {
		return err
	}
	if err := l.disk.syncDir(l.dir); err != nil {
		return errors.Join(err, f.Close(), os.Remove(l.path(l.number+1)))
	}
	if l.file != nil {
		l.file.Close()
	}
	l.file, l.size = f, 0
	l.number++
	return nil
}

func (l *rawLog) write(mails []RawMail) (refs []RawRef, end int64, err error) {
	refs = make([]RawRef, len(mails))
	w := bufio.NewWriterSize(io.NewOffsetWriter(l.file, l.size), rawBuffer)
	end = l.size
	for i, m := range mails {
		head, err := m.head()
		if err != nil {
			return nil, 0, err
		}
		n := int64(len(head)) + int64(len(m.Data))
		if n > rawMax {
			return nil, 0, fmt.Errorf("a mail of %d bytes is too long to be kept", len(m.Data))
		}
		w.Write(head) // its error stays, and Flush returns it
		w.Write(m.Data)
		refs[i] = RawRef{File: l.number, Offset: end, Length: n}
		end += n
	}
	return refs, end, w.Flush()
}

// head is what stands in front of a mail's bytes.
func (m RawMail) head() ([]byte, error) {
	label, err := json.Marshal(m.Label)
	if err != nil {
		return nil, err
	}
	b := make([]byte, rawHead, rawHead+len(label))
	copy(b, rawMagic)
	binary.BigEndian.PutUint32(b[4:], uint32(len(label)))
	binary.BigEndian.PutUint64(b[8:], uint64(len(m.Data)))
	b = append(b, label...)
	sum := crc32.Update(rawSum(b), castagnoli, m.Data)
	binary.BigEndian.PutUint32(b[16:], sum)
	return b, nil
}

// rawSum is the checksum of a record, or of its beginning, without the place of the checksum.
func rawSum(b []byte) uint32 {
	return crc32.Update(crc32.Checksum(b[4:16], castagnoli), castagnoli, b[rawHead:])
}

// read returns a mail, or an error that says its bytes are not what was written.
func (l *rawLog) read(ref RawRef) (RawMail, error) {
	fault := func(err error) (RawMail, error) {
		return RawMail{}, fmt.Errorf("raw mail at %s:%d: %w", l.path(ref.File), ref.Offset, err)
	}
	if ref == (RawRef{}) {
		return RawMail{}, ErrWiped
	}
	if ref.Length < rawHead || ref.Length > rawMax || ref.Offset < 0 {
		return fault(ErrRawDamaged)
	}
	f, err := os.Open(l.path(ref.File))
	if err != nil {
		return fault(err)
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || info.Size()-ref.Length < ref.Offset {
		return fault(fmt.Errorf("%w: the file is cut short: bring it back from a backup", ErrRawDamaged))
	}
	b := make([]byte, ref.Length)
	if _, err := f.ReadAt(b, ref.Offset); err != nil {
		return fault(err)
	}
	m, ok := decodeRaw(b)
	if ok && string(b[:4]) == rawWiped {
		return fault(ErrWiped)
	}
	if !ok {
		return fault(fmt.Errorf("%w: bring the file back from a backup", ErrRawDamaged))
	}
	return m, nil
}

func decodeRaw(b []byte) (m RawMail, ok bool) {
	label, size := uint64(binary.BigEndian.Uint32(b[4:])), binary.BigEndian.Uint64(b[8:])
	rest := uint64(len(b) - rawHead)
	if magic := string(b[:4]); magic != rawMagic && magic != rawWiped || label > rest || size != rest-label || rawSum(b) != binary.BigEndian.Uint32(b[16:]) {
		return m, false
	}
	m.Data = b[rawHead+label:]
	return m, json.Unmarshal(b[rawHead:rawHead+label], &m.Label) == nil
}

func (l *rawLog) close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.file == nil {
		return nil
	}
	return l.file.Close()
}

// KeepRaw makes mails durable and says where they lie. It comes before the transaction whose rows refer to them: a
// crash in between leaves bytes that nothing names, and the mails are fetched again.
func (s *Store) KeepRaw(mails []RawMail) ([]RawRef, error) {
	if len(mails) == 0 {
		return nil, nil
	}
	refs, err := s.raw.append(mails)
	if err == nil {
		s.options.Point("raw-synced")
	}
	return refs, err
}

// Raw reads a raw mail back.
func (s *Store) Raw(ref RawRef) (RawMail, error) { return s.raw.read(ref) }
