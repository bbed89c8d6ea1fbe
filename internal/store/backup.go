package store

import (
	"archive/tar"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// Copying is what a backup or a restore has to do.
type Copying struct {
	Dir  string // the data directory
	File string // the backup
	// Progress hears how many of how many bytes were copied; nil: nobody is told.
	Progress func(done, total int64)

	done, total int64
}

// Saved is what a backup holds, as `backup` and `restore` print it.
type Saved struct {
	File     string `json:"file"`
	Requests int    `json:"requests"`
	Mails    int    `json:"mails"`
	Bytes    int64  `json:"bytes"` // of the archive and the raw mails that belong to it
	Copied   int64  `json:"copied"`
}

func (c *Copying) step(n int64) {
	c.done += n
	if c.Progress != nil {
		c.Progress(c.done, c.total)
	}
}

// Backup writes a moment's state and the raw mails that belong to it. Release is called once the moment is no longer
// needed, and tells whether it was held until then.
//
// What was copied of the state is proved before the backup gets its name: pages and the checksum of every value. So a
// backup never takes the place of a good one if the state has become damaged. A crash at any point leaves the backup
// before it, and perhaps pieces of raw mails that the next one uses.
func Backup(ctx context.Context, m Moment, c Copying, release func() error) (Saved, error) {
	file, err := filepath.Abs(c.File)
	if err != nil {
		return Saved{}, err
	}
	if err := mayLie(file, c.Dir); err != nil {
		return Saved{}, err
	}
	if err := mayReplace(file); err != nil {
		return Saved{}, err
	}
	b := &backup{Copying: c, ctx: ctx, moment: m, folder: filepath.Join(filepath.Dir(file), rawFolder+m.Instance)}
	if err := makeDir(b.folder); err != nil {
		return Saved{}, fmt.Errorf("cannot make the folder of raw mails: %w", err)
	}
	lock, err := lockDir(b.folder, 0)
	if err != nil {
		return Saved{}, fmt.Errorf("another backup is written here: %w", err)
	}
	defer lock.Close()
	err = written(file, func(f *os.File) error { return b.write(f, release) })
	if err != nil {
		return Saved{}, fmt.Errorf("no backup was made, and an earlier one is as it was: %w", err)
	}
	info, err := os.Stat(file)
	if err != nil {
		return Saved{}, err
	}
	saved := Saved{File: c.File, Requests: m.Requests, Mails: m.Mails, Bytes: info.Size(), Copied: b.done}
	for _, r := range m.Raw {
		saved.Bytes += r.Size
	}
	return saved, nil
}

// Prune removes the pieces of raw mails beside a backup that no backup in its folder needs: those of backups that were
// removed, and of raw files before something in them was wiped. It tells how many bytes that was.
func Prune(file string) (freed int64, err error) {
	dir := filepath.Dir(file)
	own, err := openArchive(file)
	if err != nil {
		return 0, err
	}
	own.close()
	lock, err := lockDir(own.raw, 0)
	if err != nil {
		return 0, fmt.Errorf("another backup is written here: %w", err)
	}
	defer lock.Close()
	entries, err := os.ReadDir(dir)
	if err != nil {
		return 0, err
	}
	needed := map[string]bool{"lock": true}
	for _, e := range entries {
		a, err := openArchive(filepath.Join(dir, e.Name()))
		if errors.Is(err, ErrNewer) {
			return 0, fmt.Errorf("nothing is removed: %s: %w", e.Name(), err)
		}
		if err != nil {
			continue // no backup
		}
		a.close()
		for _, r := range a.Raw {
			for _, p := range r.Pieces {
				needed[r.pieceName(p)] = true
			}
		}
	}
	pieces, err := os.ReadDir(own.raw)
	for _, e := range pieces {
		info, statErr := e.Info()
		if needed[e.Name()] || statErr != nil {
			continue
		}
		if err = errors.Join(err, os.Remove(filepath.Join(own.raw, e.Name()))); err == nil {
			freed += info.Size()
		}
	}
	return freed, err
}

// mayLie refuses a place that is not there, which may be a disk that is not mounted, and the data directory, with which
// the backup would be lost.
func mayLie(file, dataDir string) error {
	there := filepath.Dir(file)
	place, err := filepath.EvalSymlinks(there)
	if err != nil {
		return fmt.Errorf("no backup was made: there is no folder %s: make it first, or mount what it is on", there)
	}
	dir, err := filepath.Abs(dataDir)
	if err == nil {
		dir, err = filepath.EvalSymlinks(dir)
	}
	if err != nil {
		return fmt.Errorf("no backup was made: the data directory: %w", err)
	}
	if within, err := filepath.Rel(dir, place); err == nil && within != ".." && !strings.HasPrefix(within, ".."+string(filepath.Separator)) {
		return fmt.Errorf("no backup was made: %s is in the data directory, and would be lost with it: name a place elsewhere", file)
	}
	return nil
}

// mayReplace refuses to write over what is no backup.
func mayReplace(file string) error {
	there, err := exists(file)
	if err != nil || !there {
		return err
	}
	old, err := openArchive(file)
	if err == nil || errors.Is(err, ErrNewer) {
		if old != nil {
			old.close()
		}
		return nil
	}
	return fmt.Errorf("%s is there and is no whole backup: name another file, or remove it", file)
}

// backup is one being written.
type backup struct {
	Copying
	ctx    context.Context
	moment Moment
	folder string
}

func (b *backup) write(f *os.File, release func() error) error {
	source, err := os.Open(filepath.Join(b.Dir, stateFile))
	if err != nil {
		return err
	}
	defer source.Close()
	state, size, err := b.moment.stateReader(source)
	if err != nil {
		return err
	}
	m := manifest{
		Format: archiveFormat, At: b.moment.At, Instance: b.moment.Instance, Schema: b.moment.Schema,
		Requests: b.moment.Requests, Mails: b.moment.Mails, Size: size,
	}
	for _, extent := range b.moment.Raw {
		m.Raw = append(m.Raw, savedRaw{extent, b.kept(extent)})
	}
	b.total = size + missing(m.Raw)
	steady := &steadily{File: f}
	t := tar.NewWriter(steady)
	if m.Sum, err = b.state(t, f, state, size); err != nil {
		return err
	}
	if err := release(); err != nil {
		return err
	}
	for i := range m.Raw {
		if err := b.raw(&m.Raw[i]); err != nil {
			return fmt.Errorf("raw mails: %w", err)
		}
	}
	text, err := json.MarshalIndent(m, "", " ")
	if err != nil {
		return err
	}
	return errors.Join(addMember(t, archiveManifest, text), addMember(t, archiveSum, []byte(sumLine(text))), t.Close(), steady.settle())
}

func addMember(t *tar.Writer, name string, content []byte) error {
	if err := t.WriteHeader(&tar.Header{Name: name, Mode: 0o600, Size: int64(len(content)), Format: tar.FormatPAX}); err != nil {
		return err
	}
	_, err := t.Write(content)
	return err
}

// state copies the state, proves the copy, and gives its checksum.
func (b *backup) state(t *tar.Writer, f *os.File, state io.Reader, size int64) (string, error) {
	head := &tar.Header{Name: archiveState, Mode: 0o600, Size: size, ModTime: b.moment.At, Format: tar.FormatPAX}
	if err := t.WriteHeader(head); err != nil {
		return "", err
	}
	at, err := f.Seek(0, io.SeekCurrent)
	if err != nil {
		return "", err
	}
	n, sum, err := watched(b.ctx, t, state, sumOfState(), b.step)
	if err != nil {
		return "", err
	}
	if n != size {
		return "", damaged(fmt.Sprintf("it has %d bytes of %d", n, size))
	}
	if err := t.Flush(); err != nil {
		return "", err
	}
	if err := proveState(io.NewSectionReader(f, at, size)); err != nil {
		return "", damaged(err)
	}
	return sum, nil
}

// kept are the pieces of a raw file that earlier backups left, one behind the other from its beginning.
func (b *backup) kept(e RawExtent) []piece {
	names, err := os.ReadDir(b.folder)
	if err != nil {
		return nil
	}
	at := map[int64]piece{} // the longest piece from an offset on
	for _, entry := range names {
		p, ok := e.parsePiece(entry.Name())
		if info, err := entry.Info(); !ok || err != nil || info.Size() != p.To-p.From || p.To > e.Size {
			continue
		}
		if p.To > at[p.From].To {
			at[p.From] = p
		}
	}
	var all []piece
	for p, ok := at[0]; ok; p, ok = at[p.To] {
		all = append(all, p)
	}
	return all
}

// parsePiece reads the name of a piece of this file in its present version.
func (e RawExtent) parsePiece(name string) (p piece, ok bool) {
	parts := strings.Split(name, "-")
	if len(parts) != 5 || len(parts[4]) != 64 {
		return p, false
	}
	var n [4]int64
	for i := range n {
		v, err := strconv.ParseInt(parts[i], 10, 64)
		if err != nil {
			return p, false
		}
		n[i] = v
	}
	p = piece{From: n[2], To: n[3], Sum: parts[4]}
	return p, uint32(n[0]) == e.File && uint64(n[1]) == e.Version && p.From < p.To && e.pieceName(p) == name
}

func (r savedRaw) end() int64 {
	if n := len(r.Pieces); n > 0 {
		return r.Pieces[n-1].To
	}
	return 0
}

// missing is how many bytes of raw files no piece holds yet.
func missing(all []savedRaw) (n int64) {
	for _, r := range all {
		n += r.Size - r.end()
	}
	return n
}

// raw adds the piece of a raw file that is new, and reads it again.
func (b *backup) raw(r *savedRaw) error {
	p := piece{From: r.end(), To: r.Size}
	if p.From == p.To {
		return nil
	}
	source, err := os.Open(filepath.Join(b.Dir, rawDir, rawName(r.File)))
	if err != nil {
		return err
	}
	defer source.Close()
	part := io.NewSectionReader(source, p.From, p.To-p.From)
	nothing := func(int64) {}
	if _, p.Sum, err = watched(b.ctx, io.Discard, part, sha256.New(), nothing); err != nil { // its name must be known first
		return err
	}
	part.Seek(0, io.SeekStart)
	err = written(filepath.Join(b.folder, r.pieceName(p)), func(f *os.File) error {
		steady := &steadily{File: f}
		n, sum, err := watched(b.ctx, steady, part, sha256.New(), b.step)
		err = errors.Join(err, steady.settle())
		if err == nil && (n != p.To-p.From || sum != p.Sum) {
			err = fmt.Errorf("%s changed while it was read", source.Name())
		}
		return err
	})
	r.Pieces = append(r.Pieces, p)
	return err
}
