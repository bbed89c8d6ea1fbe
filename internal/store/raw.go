package store

import (
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
	Data  []byte
}

// RawLabel is what the server said of a mail, kept in front of its bytes.
type RawLabel struct {
	Mailbox     string    `json:"mailbox,omitempty"` // "" for outgoing mail
	Folder      string    `json:"folder,omitempty"`
	UIDValidity uint32    `json:"uid_validity,omitempty"`
	UID         uint32    `json:"uid,omitempty"`
	Received    time.Time `json:"received,omitzero"`
	Outbox      uint64    `json:"outbox,omitempty"` // number of an outgoing mail
}

// A record is: magic, length of the label, length of the data, checksum of both, then both.
const (
	rawMagic  = "TRM1"
	rawHead   = 4 + 4 + 8 + 4
	rawRotate = 256 << 20
	rawSuffix = ".mails"
	rawMax    = 1 << 30
)

// rawLog is an append-only log of raw mails in numbered files. One fsync makes a whole batch durable. What a crash
// leaves half-written at the end of a file is never referred to, and appending goes on behind it.
type rawLog struct {
	dir string

	mu     sync.Mutex // guards what follows, and appending
	file   *os.File
	number uint32
	size   int64

	readers sync.Map // file number -> *os.File
}

func openRaw(dir string, readOnly bool) (*rawLog, error) {
	l := &rawLog{dir: dir}
	if readOnly {
		return l, nil
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("cannot make the folder of raw mails: %w", err)
	}
	numbers, err := rawFiles(dir)
	if err != nil {
		return nil, fmt.Errorf("cannot list the raw mails: %w", err)
	}
	l.number = 1
	if n := len(numbers); n > 0 {
		l.number = numbers[n-1]
	}
	return l, l.openLast()
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
	return filepath.Join(l.dir, fmt.Sprintf("%08d%s", number, rawSuffix))
}

func (l *rawLog) openLast() error {
	f, err := os.OpenFile(l.path(l.number), os.O_WRONLY|os.O_CREATE, 0o600)
	if err != nil {
		return fmt.Errorf("cannot open the raw mails: %w", err)
	}
	end, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		f.Close()
		return err
	}
	if l.file != nil {
		l.file.Close()
	}
	l.file, l.size = f, end
	return syncDir(l.dir)
}

// syncDir makes a new file's name durable.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}

// append writes the mails and returns once they are on disk. After an error nothing of them is referred to.
func (l *rawLog) append(mails []RawMail) ([]RawRef, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.size >= rawRotate {
		l.number++
		if err := l.openLast(); err != nil {
			l.number--
			return nil, err
		}
	}
	refs := make([]RawRef, len(mails))
	at := l.size
	for i, m := range mails {
		n, err := l.write(at, m)
		if err != nil {
			return nil, fmt.Errorf("cannot keep a raw mail: %w", err)
		}
		refs[i] = RawRef{File: l.number, Offset: at, Length: n}
		at += n
	}
	if err := l.file.Sync(); err != nil {
		return nil, fmt.Errorf("cannot keep raw mails: %w", err)
	}
	l.size = at
	return refs, nil
}

func (l *rawLog) write(at int64, m RawMail) (int64, error) {
	label, err := json.Marshal(m.Label)
	if err != nil {
		return 0, err
	}
	head := make([]byte, rawHead, rawHead+len(label))
	copy(head, rawMagic)
	binary.BigEndian.PutUint32(head[4:], uint32(len(label)))
	binary.BigEndian.PutUint64(head[8:], uint64(len(m.Data)))
	sum := crc32.Update(crc32.Checksum(label, castagnoli), castagnoli, m.Data)
	binary.BigEndian.PutUint32(head[16:], sum)
	if _, err := l.file.WriteAt(append(head, label...), at); err != nil {
		return 0, err
	}
	if _, err := l.file.WriteAt(m.Data, at+rawHead+int64(len(label))); err != nil {
		return 0, err
	}
	return rawHead + int64(len(label)) + int64(len(m.Data)), nil
}

// read returns a mail, or an error that says its bytes are not what was written.
func (l *rawLog) read(ref RawRef) (RawMail, error) {
	f, err := l.reader(ref.File)
	if err != nil {
		return RawMail{}, err
	}
	if ref.Length < rawHead || ref.Length > rawMax {
		return RawMail{}, fmt.Errorf("raw mail at %s:%d: %w", l.path(ref.File), ref.Offset, ErrDamaged)
	}
	b := make([]byte, ref.Length)
	if _, err := f.ReadAt(b, ref.Offset); err != nil {
		return RawMail{}, fmt.Errorf("raw mail at %s:%d: %w", l.path(ref.File), ref.Offset, err)
	}
	m, err := decodeRaw(b)
	if err != nil {
		return RawMail{}, fmt.Errorf("raw mail at %s:%d: %w", l.path(ref.File), ref.Offset, err)
	}
	return m, nil
}

func decodeRaw(b []byte) (RawMail, error) {
	labelSize, size := int64(binary.BigEndian.Uint32(b[4:])), int64(binary.BigEndian.Uint64(b[8:]))
	if string(b[:4]) != rawMagic || rawHead+labelSize+size != int64(len(b)) {
		return RawMail{}, ErrDamaged
	}
	if crc32.Checksum(b[rawHead:], castagnoli) != binary.BigEndian.Uint32(b[16:]) {
		return RawMail{}, ErrDamaged
	}
	m := RawMail{Data: b[rawHead+labelSize:]}
	return m, json.Unmarshal(b[rawHead:rawHead+labelSize], &m.Label)
}

func (l *rawLog) reader(number uint32) (*os.File, error) {
	if f, ok := l.readers.Load(number); ok {
		return f.(*os.File), nil
	}
	f, err := os.Open(l.path(number))
	if err != nil {
		return nil, fmt.Errorf("raw mails: %w", err)
	}
	if had, raced := l.readers.LoadOrStore(number, f); raced {
		f.Close()
		return had.(*os.File), nil
	}
	return f, nil
}

func (l *rawLog) close() error {
	l.readers.Range(func(_, f any) bool { f.(*os.File).Close(); return true })
	if l.file == nil {
		return nil
	}
	return l.file.Close()
}

// KeepRaw makes mails durable and says where they lie. It comes before the transaction whose rows refer to them: a
// crash in between leaves bytes that nothing names, and the mails are fetched again.
func (s *Store) KeepRaw(mails []RawMail) ([]RawRef, error) {
	refs, err := s.raw.append(mails)
	if err == nil {
		s.options.Point("raw-synced")
	}
	return refs, err
}

// Raw reads a raw mail back.
func (s *Store) Raw(ref RawRef) (RawMail, error) { return s.raw.read(ref) }
