package store_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"syscall"
	"testing"

	"triaged/internal/compose"
	"triaged/internal/intake"
	"triaged/internal/request"
	"triaged/internal/store"
	"triaged/internal/store/storetest"
)

// cutDisk is a disk whose power can be cut: it knows what was synced, and of what was not, what was written. The files
// that the store reads meanwhile are real.
type cutDisk struct {
	step func(string) // told of each step, with its name

	mu    sync.Mutex
	files map[string]*cutFile
	full  bool // writes fail half-way
}

type cutFile struct {
	disk    *cutDisk
	real    *os.File
	named   bool // its name is durable
	durable []byte
	pending []func([]byte) []byte // writes since the last sync
}

func (d *cutDisk) create(path string) (store.RawFile, error) {
	real, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, err
	}
	d.mu.Lock()
	f := &cutFile{disk: d, real: real}
	d.files[filepath.Base(path)] = f
	d.mu.Unlock()
	d.step("created")
	return f, nil
}

func (d *cutDisk) syncDir(string) error {
	d.mu.Lock()
	for _, f := range d.files {
		f.named = true
	}
	d.mu.Unlock()
	d.step("named")
	return nil
}

func (f *cutFile) WriteAt(b []byte, at int64) (int, error) {
	if f.disk.full {
		n, _ := f.real.WriteAt(b[:len(b)/2], at)
		return n, syscall.ENOSPC
	}
	f.disk.mu.Lock()
	for piece := 0; piece < len(b); piece += 4096 { // each page may reach the disk or not
		data, to := bytes.Clone(b[piece:min(piece+4096, len(b))]), int(at)+piece
		f.pending = append(f.pending, func(image []byte) []byte {
			if more := to + len(data) - len(image); more > 0 {
				image = append(image, make([]byte, more)...)
			}
			copy(image[to:], data)
			return image
		})
	}
	f.disk.mu.Unlock()
	n, err := f.real.WriteAt(b, at)
	f.disk.step("written")
	return n, err
}

func (f *cutFile) Sync() error {
	f.disk.step("not synced yet")
	f.disk.mu.Lock()
	for _, write := range f.pending {
		f.durable = write(f.durable)
	}
	f.pending = nil
	f.disk.mu.Unlock()
	f.disk.step("synced")
	return nil
}

func (f *cutFile) Truncate(size int64) error {
	f.disk.mu.Lock()
	f.pending = append(f.pending, func(image []byte) []byte { return image[:min(int(size), len(image))] })
	f.disk.mu.Unlock()
	return f.real.Truncate(size)
}

func (f *cutFile) Close() error { return f.real.Close() }

// left is what of a file the power cut leaves; nil if not even its name.
func (f *cutFile) left(random *rand.Rand) []byte {
	if !f.named && random.IntN(2) == 0 {
		return nil
	}
	image := append([]byte{}, f.durable...)
	for _, write := range f.pending {
		if random.IntN(2) == 0 {
			image = write(image)
		}
	}
	return image
}

// powerDesk writes to a store on a cutDisk, and cuts the power now and then.
type powerDesk struct {
	t      *testing.T
	random *rand.Rand
	dir    string
	disk   *cutDisk
	s      *store.Store
	rows   int               // committed
	data   map[uint32][]byte // UID -> raw
	state  image             // of the state file at the last commit
	cuts   map[string]int    // point -> how often the power was cut there
}

// image is a file's bytes without the zeros at its end.
type image struct {
	bytes []byte
	size  int64
}

func imageOf(t *testing.T, path string) image {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return image{bytes.TrimRight(b, "\x00"), int64(len(b))}
}

func (i image) write(t *testing.T, path string) {
	t.Helper()
	if err := os.WriteFile(path, i.bytes, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(path, i.size); err != nil {
		t.Fatal(err)
	}
}

func newPowerDesk(t *testing.T, seed uint64) *powerDesk {
	t.Helper()
	d := &powerDesk{t: t, random: rand.New(rand.NewPCG(seed, 1)), dir: t.TempDir(), data: map[uint32][]byte{}, cuts: map[string]int{}}
	d.disk = &cutDisk{files: map[string]*cutFile{}, step: func(string) {}}
	o := storetest.Options(t, store.Options{Dir: d.dir, Point: func(name string) { d.point(name) }}).WithDisk(store.DiskOf(d.disk.create, d.disk.syncDir))
	var err error
	if d.s, err = store.Open(o); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.s.Close() })
	d.state = imageOf(t, filepath.Join(d.dir, "state.db"))
	d.disk.step = d.point
	return d
}

// point cuts the power at about every fourth step.
func (d *powerDesk) point(name string) {
	if name == "committed" {
		d.state = imageOf(d.t, filepath.Join(d.dir, "state.db"))
	}
	if d.random.IntN(4) == 0 {
		d.cuts[name]++
		rows := d.rows
		if name == "committed" {
			rows++ // that of the present mail
		}
		d.cut(name, d.state, rows)
	}
}

// cut opens what a power cut leaves now, and proves it: nothing committed is lost, and work goes on.
func (d *powerDesk) cut(point string, state image, rows int) {
	t := d.t
	t.Helper()
	dir, err := os.MkdirTemp(t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	if err := os.Mkdir(filepath.Join(dir, "raw"), 0o700); err != nil {
		t.Fatal(err)
	}
	state.write(t, filepath.Join(dir, "state.db"))
	for name, f := range d.disk.files {
		if left := f.left(d.random); left != nil {
			if err := os.WriteFile(filepath.Join(dir, "raw", name), left, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	s, err := store.Open(storetest.Options(t, store.Options{Dir: dir}))
	if err != nil {
		t.Fatalf("%s: %v", point, err)
	}
	defer s.Close()
	seen := 0
	err = s.EachRow(0, func(row store.Row) error {
		seen++
		raw, err := s.Raw(row.Raw)
		if err == nil && !bytes.Equal(raw.Data, d.data[row.UID]) {
			err = fmt.Errorf("other bytes than were kept")
		}
		return err
	})
	if err != nil || seen != rows {
		t.Fatalf("%s: %d rows of %d, %v", point, seen, rows, err)
	}
	if _, err := take(s, 1<<30, []byte("after the cut")); err != nil {
		t.Fatalf("%s: %v", point, err)
	}
	storetest.Check(t, s)
}

// take takes a mail over as the receive loop does.
func take(s *store.Store, uid uint32, data []byte) (store.RawRef, error) {
	refs, err := s.KeepRaw([]store.RawMail{{Label: store.RawLabel{UID: uid}, Data: data}})
	if err != nil {
		return store.RawRef{}, err
	}
	return refs[0], s.Update(func(tx *store.Tx) error {
		n := tx.NextNumber()
		ref := tx.PutText(fmt.Sprint("mail ", uid))
		e := request.Event{At: epoch, Type: request.Opened, Mail: tx.NextLedger(), Text: ref, Person: &request.Person{Address: "a@x"}}
		if _, err := tx.Record(n, e); err != nil {
			return err
		}
		tx.Owe(compose.Letter{Kind: compose.Acknowledgement, To: request.Person{Address: "a@x"}, Request: n, At: epoch}, store.Hold{})
		tx.Account(store.Row{Mailbox: "m", UID: uid, MessageID: fmt.Sprint(uid, "@x"), Outcome: intake.Opened, Request: n, At: epoch, Raw: refs[0]})
		return nil
	})
}

func (d *powerDesk) mail(uid uint32) {
	data := bytes.Repeat([]byte{byte(uid), byte(d.random.Uint32())}, 1+d.random.IntN(20000))
	d.data[uid] = data
	if _, err := take(d.s, uid, data); err != nil {
		d.t.Fatal(err)
	}
	d.rows++
}

// TestPowerCutLosesNothingCommitted drops writes that were not synced, any of them, at every step of taking mails over.
func TestPowerCutLosesNothingCommitted(t *testing.T) {
	cuts := map[string]int{}
	for seed := range uint64(4) {
		d := newPowerDesk(t, seed)
		for uid := uint32(1); uid <= 20; uid++ {
			d.mail(uid)
		}
		storetest.Check(t, d.s)
		for point, n := range d.cuts {
			cuts[point] += n
		}
	}
	for _, point := range []string{"created", "named", "written", "not synced yet", "synced", "raw-synced", "committed"} {
		if cuts[point] == 0 {
			t.Errorf("the power was never cut at %q", point)
		}
	}
	t.Logf("power cuts: %v", cuts)
}

// TestPowerCutWithinACommit leaves the state file as a cut in the middle of a commit does: any of the pages that the
// commit wrote, some in part, but not its meta page, which bbolt writes after syncing them; and then all of them.
//
// It proves that the state before is whole as long as the meta page is the old one, because a commit writes to free
// pages alone. It does not prove that bbolt syncs where it says, nor that the kernel and the disk keep their word: that
// would need a file of bbolt's that is not an *os.File.
func TestPowerCutWithinACommit(t *testing.T) {
	d := newPowerDesk(t, 9)
	d.disk.step = func(string) {}
	const page = 4096
	for uid := uint32(1); uid <= 25; uid++ {
		before := d.state
		d.mail(uid)
		after := imageOf(t, filepath.Join(d.dir, "state.db"))
		torn := image{bytes.Clone(before.bytes), before.size}
		if d.random.IntN(2) == 0 {
			torn.size = after.size
		}
		for at := 2 * page; at < len(after.bytes); at += 512 {
			sector := after.bytes[at:min(at+512, len(after.bytes))]
			if d.random.IntN(2) == 0 || int64(at+512) > torn.size {
				continue
			}
			if more := at + len(sector) - len(torn.bytes); more > 0 {
				torn.bytes = append(torn.bytes, make([]byte, more)...)
			}
			copy(torn.bytes[at:], sector)
		}
		d.cut("within a commit", torn, d.rows-1)
		d.cut("after a commit", after, d.rows)
	}
}

// TestFullDiskLeavesACleanPlace fails writes half-way, and looks at what the next append does.
func TestFullDiskLeavesACleanPlace(t *testing.T) {
	d := newPowerDesk(t, 5)
	d.mail(1)
	for range 3 {
		d.disk.full = true
		_, err := take(d.s, 99, bytes.Repeat([]byte("x"), 1<<20))
		if err == nil {
			t.Fatal("a full disk was not noticed")
		}
		d.disk.full = false
		d.mail(uint32(d.rows + 1))
	}
	d.disk.full = true
	for range 5 {
		take(d.s, 99, []byte("x"))
	}
	d.disk.full = false
	files, err := os.ReadDir(filepath.Join(d.dir, "raw"))
	if err != nil || len(files) > 5 {
		t.Errorf("each attempt left a file: %d, %v", len(files), err)
	}
	d.mail(uint32(d.rows + 1))
	storetest.Check(t, d.s)
	d.cut("after a full disk", d.state, d.rows)
}

// TestRawFilesRotate fills more than one file, and reads what lies in each.
func TestRawFilesRotate(t *testing.T) {
	if testing.Short() {
		t.Skip("writes 300 MB")
	}
	s := storetest.Open(t, store.Options{})
	big := bytes.Repeat([]byte("0123456789abcdef"), 6<<20/16)
	var files []uint32
	for uid := range uint32(50) {
		data := append(slices.Clone(big), byte(uid))
		ref, err := take(s, uid+1, data)
		if err != nil {
			t.Fatal(err)
		}
		if raw, err := s.Raw(ref); err != nil || !bytes.Equal(raw.Data, data) {
			t.Fatal(err)
		}
		if len(files) == 0 || files[len(files)-1] != ref.File {
			files = append(files, ref.File)
		}
	}
	if !slices.Equal(files, []uint32{1, 2}) {
		t.Errorf("files %v", files)
	}
}
