package store

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"os"
	"path/filepath"
	"time"
)

// Moment is one committed state, described so that another process can copy it while this one goes on writing.
//
// bbolt never writes over a page that an open transaction can reach. So whoever holds a moment may read the state file
// itself, and finds all pages of that moment as they were; only the two pages in front, which say where a state begins,
// are written over, and are part of the description.
type Moment struct {
	At       time.Time   `json:"at"`
	Instance string      `json:"instance"`
	Schema   int         `json:"schema"`
	Page     []byte      `json:"page"`     // the meta page
	Raw      []RawExtent `json:"raw"`      // what is durable of each raw file, at least all that the state refers to
	Requests int         `json:"requests"` // how many
	Mails    int         `json:"mails"`    // rows of the ledger
}

// RawExtent is the beginning of one raw file.
type RawExtent struct {
	File    uint32 `json:"file"`
	Size    int64  `json:"size"`              // bytes
	Version uint64 `json:"version,omitempty"` // how often parts of it were wiped
}

// Hold describes the state as it is, and keeps what it described readable until f returns. It delays no writer, but the
// file grows meanwhile instead of using pages again.
func (s *Store) Hold(now time.Time, f func(Moment) error) error {
	file, err := os.Open(filepath.Join(s.options.Dir, stateFile))
	if err != nil {
		return fmt.Errorf("cannot read the state file: %w", err)
	}
	defer file.Close()
	for err = errMoved; errors.Is(err, errMoved) || errors.Is(err, errMeta); { // a commit was faster; see there
		err = s.View(func(tx *Tx) error {
			m, err := tx.moment(file, now)
			if err != nil {
				return err
			}
			return f(m)
		})
	}
	return err
}

func (tx *Tx) moment(file io.ReaderAt, now time.Time) (Moment, error) {
	var m Moment
	var err error
	// First of all: the second commit from now on writes over it.
	if m.Page, err = metaPage(file, uint64(tx.bolt.ID())); err != nil {
		return m, err
	}
	m.At, m.Instance, m.Mails, m.Requests = now.UTC(), tx.Instance(), int(tx.sequence(bucketLedger)), tx.count(bucketSnaps)
	if m.Schema, err = tx.schemaNumber(); err != nil {
		return m, err
	}
	// After the state: a raw mail is durable before a row names it.
	if m.Raw, err = tx.s.raw.extents(); err != nil {
		return m, fmt.Errorf("cannot list the raw mails: %w", err)
	}
	for i, e := range m.Raw {
		m.Raw[i].Version = tx.rawVersion(e.File)
	}
	return m, tx.fault
}

// metaPage is the page that a transaction's state begins with.
func metaPage(f io.ReaderAt, tx uint64) ([]byte, error) {
	m, err := readMeta(f, tx)
	if err != nil {
		return nil, err
	}
	b := make([]byte, m.pageSize)
	if _, err := f.ReadAt(b, m.at); err != nil {
		return nil, err
	}
	if again, ok := parseMeta(b[pageHeader:]); !ok || again.tx != tx {
		return nil, errMoved
	}
	return b, nil
}

// stateReader reads a moment's state from the state file: two meta pages, then the rest as it lies.
func (m Moment) stateReader(f io.ReaderAt) (io.Reader, int64, error) {
	if len(m.Page) < pageHeader+metaSize {
		return nil, 0, errors.New("the description of the state is cut short")
	}
	about, ok := parseMeta(m.Page[pageHeader:])
	if !ok || int64(len(m.Page)) != about.pageSize || about.pages < 2 {
		return nil, 0, errors.New("the description of the state is not what was written")
	}
	// bbolt writes the two pages in turn: a transaction's is the page of its number's last bit.
	first, second := about.tx, about.tx-1
	if about.tx%2 == 1 {
		first, second = second, first
	}
	return io.MultiReader(
		newMetaPage(m.Page, 0, first), newMetaPage(m.Page, 1, second),
		io.NewSectionReader(f, 2*about.pageSize, about.size()-2*about.pageSize),
	), about.size(), nil
}

// newMetaPage is a copy of a meta page with another place and transaction number. The higher number counts.
func newMetaPage(page []byte, id, tx uint64) io.Reader {
	b := append([]byte(nil), page...)
	order.PutUint64(b, id)
	content := b[pageHeader:]
	order.PutUint64(content[48:], tx)
	sum := fnv.New64a()
	sum.Write(content[:56])
	order.PutUint64(content[56:], sum.Sum64())
	return bytes.NewReader(b)
}

// extents are the durable beginnings of all raw files.
func (l *rawLog) extents() ([]RawExtent, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	numbers, err := rawFiles(l.dir)
	all := make([]RawExtent, 0, len(numbers))
	for _, n := range numbers {
		size := l.size
		if l.file == nil || n != l.number {
			info, err := os.Stat(l.path(n))
			if err != nil {
				return nil, err
			}
			size = info.Size()
		}
		all = append(all, RawExtent{File: n, Size: size})
	}
	return all, err
}

// rawVersion says how often parts of a raw file were wiped.
func (tx *Tx) rawVersion(file uint32) uint64 {
	v := tx.Meta(fmt.Sprintf("%s%d", keyWiped, file))
	if len(v) != 8 {
		return 0
	}
	return binary.BigEndian.Uint64(v)
}
