package store_test

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"

	"triaged/internal/intake"
	"triaged/internal/request"
	"triaged/internal/store"
	"triaged/internal/store/storetest"
)

var update = flag.Bool("update", false, "write the state file of the present schema into testdata")

// keptState is where a state of a schema is kept: a small desk, see fillDesk.
func keptState(schema int) string {
	return filepath.Join("testdata", fmt.Sprintf("schema%d.db.gz", schema))
}

// TestOpensStatesOfEverySchema opens what each schema's program wrote. With -update it writes the present one's, which
// is done once: when the schema changes, its file stays as it is.
func TestOpensStatesOfEverySchema(t *testing.T) {
	if *update {
		keepState(t)
	}
	for schema := 1; schema <= store.Schema; schema++ {
		dir := t.TempDir()
		unpack(t, keptState(schema), filepath.Join(dir, "state.db"))
		s, err := store.Open(storetest.Options(t, store.Options{Dir: dir}))
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		if _, err := os.Stat(filepath.Join(dir, fmt.Sprintf("state.db.schema-%d", schema))); (err == nil) != (schema < store.Schema) {
			t.Errorf("schema %d: kept before it was migrated: %v", schema, err)
		}
		result, err := s.Check()
		if err != nil || result.Requests != 2 || result.Events != 3 || result.Mails != 2 {
			t.Errorf("schema %d: %+v, %v", schema, result, err)
		}
		for _, p := range result.Problems {
			if !strings.Contains(p, "raw") { // which are not kept
				t.Errorf("schema %d: %s", schema, p)
			}
		}
		err = s.View(func(tx *store.Tx) error {
			r, _ := tx.Request(1)
			row, _ := tx.Row(2)
			e, _ := tx.Entry(2)
			if tx.Text(r.Text) != "The projector is dark." || row.UID != 2 || e.State != store.Held || tx.Instance() == "" {
				t.Errorf("schema %d: %+v, %+v, %+v", schema, r, row, e)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	}
}

// keepState writes the present schema's small desk, without the room that a working file has.
func keepState(t *testing.T) {
	dir := t.TempDir()
	smallDesk(t, dir).Close()
	from, err := bolt.Open(filepath.Join(dir, "state.db"), 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer from.Close()
	small := filepath.Join(dir, "small.db")
	to, err := bolt.Open(small, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(bolt.Compact(to, from, 0), to.Close()); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(small)
	if err != nil {
		t.Fatal(err)
	}
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	w.Write(b)
	w.Close()
	if err := errors.Join(os.MkdirAll("testdata", 0o755), os.WriteFile(keptState(store.Schema), packed.Bytes(), 0o644)); err != nil {
		t.Fatal(err)
	}
}

func unpack(t *testing.T, from, to string) {
	t.Helper()
	f, err := os.Open(from)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

func setSchema(t *testing.T, dir string, schema uint64) {
	t.Helper()
	s, err := store.Open(storetest.Options(t, store.Options{Dir: dir}))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.Update(func(tx *store.Tx) error { tx.SetMeta("schema", binary.BigEndian.AppendUint64(nil, schema)); return nil }); err != nil {
		t.Fatal(err)
	}
}

func TestNewerSchemaIsRefusedAndLeftAlone(t *testing.T) {
	dir := t.TempDir()
	setSchema(t, dir, uint64(store.Schema+1))
	before, _ := os.ReadFile(filepath.Join(dir, "state.db"))
	for _, readOnly := range []bool{false, true} {
		_, err := store.Open(storetest.Options(t, store.Options{Dir: dir, ReadOnly: readOnly}))
		if !errors.Is(err, store.ErrNewer) || !strings.Contains(err.Error(), "install the newer version") {
			t.Errorf("read-only %v: %v", readOnly, err)
		}
	}
	if after, _ := os.ReadFile(filepath.Join(dir, "state.db")); !bytes.Equal(before, after) {
		t.Error("the newer state was changed")
	}
}

// TestOlderStateIsKeptBeforeItIsMigrated migrates a state, fails to, and finds the earlier one beside it.
func TestOlderStateIsKeptBeforeItIsMigrated(t *testing.T) {
	dir := t.TempDir()
	s := smallDesk(t, dir)
	want, err := read(s)
	if err != nil {
		t.Fatal(err)
	}
	s.Close()
	open := func(readOnly bool) error {
		s, err := store.Open(storetest.Options(t, store.Options{Dir: dir, ReadOnly: readOnly}))
		if err == nil {
			err = s.Close()
		}
		return err
	}
	broken := errors.New("a mistake in the program")
	undo := store.WithMigration(func(b *bolt.Tx) error { return broken })
	err = open(false)
	undo()
	if !errors.Is(err, broken) {
		t.Fatal(err)
	}
	undo = store.WithMigration(func(b *bolt.Tx) error {
		return b.Bucket([]byte("texts")).Put([]byte("new"), []byte("in the next schema, read by nobody"))
	})
	early, late := open(true), open(false)
	undo()
	if early == nil || !strings.Contains(early.Error(), "start the daemon once to migrate it") || late != nil {
		t.Errorf("%v, %v", early, late)
	}
	if err := open(false); !errors.Is(err, store.ErrNewer) {
		t.Errorf("the earlier program: %v", err)
	}
	// The way back that the operator has.
	if err := os.Rename(filepath.Join(dir, fmt.Sprintf("state.db.schema-%d", store.Schema)), filepath.Join(dir, "state.db")); err != nil {
		t.Fatal(err)
	}
	back := storetest.Open(t, store.Options{Dir: dir})
	if got, err := read(back); err != nil || !slices.Equal(got, want) {
		t.Errorf("%v\n%v\n%v", err, got, want)
	}
}

func TestStateWithoutSchemaIsMigrated(t *testing.T) {
	dir := t.TempDir()
	db, err := bolt.Open(filepath.Join(dir, "state.db"), 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	db.Close()
	if _, err := store.Open(storetest.Options(t, store.Options{Dir: dir, ReadOnly: true})); err == nil || !strings.Contains(err.Error(), "start the daemon once") {
		t.Errorf("read-only: %v", err)
	}
	s := storetest.Open(t, store.Options{Dir: dir})
	s.View(func(tx *store.Tx) error {
		if tx.Instance() == "" || len(tx.Secret()) != 32 {
			t.Error("no identity")
		}
		return nil
	})
}

func TestIdentityStays(t *testing.T) {
	dir := t.TempDir()
	identity := func() (id, secret string) {
		s, err := store.Open(storetest.Options(t, store.Options{Dir: dir}))
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		s.View(func(tx *store.Tx) error { id, secret = tx.Instance(), string(tx.Secret()); return nil })
		return id, secret
	}
	id, secret := identity()
	if again, same := identity(); again != id || same != secret || len(id) != 12 {
		t.Errorf("%q became %q", id, again)
	}
	dir = t.TempDir()
	if other, another := identity(); other == id || another == secret {
		t.Error("two states have one identity")
	}
}

// TestPolicyChangeReindexes opens a store under another policy, by which other things are due.
func TestPolicyChangeReindexes(t *testing.T) {
	dir := t.TempDir()
	smallDesk(t, dir).Close()
	derive := func(r request.Request) store.Derived {
		d := storetest.Derive(r)
		if r.State.Active() {
			d.Due = []store.Due{{At: r.Submitted.Add(time.Hour), What: "something else"}}
		}
		return d
	}
	look := func(policy string) []store.DueItem {
		o := storetest.Options(t, store.Options{Dir: dir, Derive: derive})
		o.Policy = policy
		s, err := store.Open(o)
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		var due []store.DueItem
		s.View(func(tx *store.Tx) error { due = slices.Collect(tx.Due(epoch.Add(100 * time.Hour))); return nil })
		if policy != "storetest" {
			storetest.Check(t, s)
		}
		return due
	}
	if due := look("storetest"); len(due) != 1 || due[0].What != "uncategorized" {
		t.Errorf("under the same policy: %v", due)
	}
	if due := look("another"); len(due) != 2 || due[0].What != "something else" || !due[0].At.Equal(epoch.Add(time.Hour)) {
		t.Errorf("under another policy: %v", due)
	}
}

// The lock is held by another process, so its holder runs in one: this test binary, told by this variable.
const holdVariable = "TRIAGED_TEST_HOLD"

func holdStore(dir string) {
	s, err := store.Open(store.Options{Dir: dir, Derive: storetest.Derive, Policy: "storetest"})
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println("open")
	io.Copy(io.Discard, os.Stdin)
	s.Close()
}

func TestSecondOpenerIsRefused(t *testing.T) {
	dir := t.TempDir()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	holder := exec.CommandContext(t.Context(), self)
	holder.Env = append(os.Environ(), holdVariable+"="+dir)
	in, _ := holder.StdinPipe()
	out, _ := holder.StdoutPipe()
	if err := holder.Start(); err != nil {
		t.Fatal(err)
	}
	said := make([]byte, 100)
	if n, err := out.Read(said); err != nil || string(said[:n]) != "open\n" {
		t.Fatalf("the holder says %q, %v", said[:n], err)
	}
	for _, readOnly := range []bool{false, true} {
		_, err = store.Open(storetest.Options(t, store.Options{Dir: dir, ReadOnly: readOnly}))
		if !errors.Is(err, store.ErrInUse) || !strings.Contains(err.Error(), fmt.Sprint("process ", holder.Process.Pid)) {
			t.Errorf("read-only %v: %v", readOnly, err)
		}
	}
	in.Close()
	s, err := store.Open(storetest.Options(t, store.Options{Dir: dir, Wait: time.Minute}))
	if err != nil {
		t.Fatal(err)
	}
	s.Close()
	holder.Wait()
}

func TestReadOnlyLooksAndChangesNothing(t *testing.T) {
	dir := t.TempDir()
	missing := filepath.Join(dir, "missing")
	if _, err := store.Open(storetest.Options(t, store.Options{Dir: missing, ReadOnly: true})); !errors.Is(err, store.ErrMissing) {
		t.Errorf("without a state: %v", err)
	}
	if _, err := os.Stat(missing); !errors.Is(err, fs.ErrNotExist) {
		t.Error("looking made the directory")
	}
	smallDesk(t, dir).Close()
	before, _ := os.ReadFile(filepath.Join(dir, "state.db"))
	s, err := store.Open(storetest.Options(t, store.Options{Dir: dir, ReadOnly: true}))
	if err != nil {
		t.Fatal(err)
	}
	storetest.Check(t, s)
	s.View(func(tx *store.Tx) error {
		if tx.LastNumber() != 2 {
			t.Errorf("it sees %d requests", tx.LastNumber())
		}
		return nil
	})
	if err := s.Update(func(tx *store.Tx) error { tx.AppendDesk(intake.DeskEvent{Type: "x"}); return nil }); err == nil {
		t.Error("it could be changed")
	}
	if _, err := s.KeepRaw([]store.RawMail{{Data: []byte("x")}}); !errors.Is(err, fs.ErrPermission) {
		t.Errorf("raw mails could be added: %v", err)
	}
	s.Close()
	if after, _ := os.ReadFile(filepath.Join(dir, "state.db")); !bytes.Equal(before, after) {
		t.Error("looking changed the state")
	}
}

func TestOnlyTheOwnerMayRead(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	smallDesk(t, dir)
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err == nil && info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s: %s", path, info.Mode())
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}
