package store_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"triaged/internal/request"
	"triaged/internal/store"
	"triaged/internal/store/storetest"
)

// backUp makes a backup of an open store.
func backUp(t *testing.T, s *store.Store, dir, file string) (saved store.Saved, err error) {
	t.Helper()
	err = s.Hold(epoch.Add(time.Hour), func(m store.Moment) error {
		saved, err = store.Backup(t.Context(), m, store.Copying{Dir: dir, File: file}, func() error { return nil })
		return err
	})
	return saved, err
}

func restoreTo(t *testing.T, file, dir string) (store.Recovery, error) {
	t.Helper()
	_, recovery, err := store.Restore(t.Context(), store.Restoring{Copying: store.Copying{Dir: dir, File: file}, Now: epoch.AddDate(0, 0, 1)})
	return recovery, err
}

// addMail adds a mail with its request.
func addMail(t *testing.T, s *store.Store, uid uint32, text string) {
	t.Helper()
	refs, err := s.KeepRaw([]store.RawMail{{Label: store.RawLabel{Mailbox: "support", Folder: "INBOX", UIDValidity: 1, UID: uid, Received: epoch}, Data: []byte(text)}})
	if err != nil {
		t.Fatal(err)
	}
	err = s.Update(func(tx *store.Tx) error {
		n := tx.NextNumber()
		tx.Account(store.Row{Mailbox: "support", Folder: "INBOX", UIDValidity: 1, UID: uid, MessageID: fmt.Sprint(uid, "@x"), Outcome: "opened", Request: n, At: epoch, Raw: refs[0]})
		_, err := tx.Record(n, request.Event{At: epoch, Type: request.Opened, By: "c@x", Person: &request.Person{Address: "c@x"}, Mail: tx.NextLedger() - 1})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestBackupComesBack(t *testing.T) {
	dir, place := t.TempDir(), t.TempDir()
	s := smallDesk(t, dir)
	want, err := read(s)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(place, "one.tar")
	saved, err := backUp(t, s, dir, file)
	if err != nil || saved.Requests != 2 || saved.Mails != 2 {
		t.Fatalf("%+v, %v", saved, err)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	var keys []store.Key
	s.View(func(tx *store.Tx) error { keys = tx.Keys(); return nil })
	addMail(t, s, 3, "after the backup") // it must not be in there
	elsewhere := filepath.Join(t.TempDir(), "data")
	recovery, err := restoreTo(t, file, elsewhere)
	if err != nil || recovery.Last != 2 || recovery.Floor != 2000 || !recovery.Backup.Equal(epoch.Add(time.Hour)) {
		t.Fatalf("%+v, %v", recovery, err)
	}
	back := storetest.Open(t, store.Options{Dir: elsewhere})
	if got, err := read(back); err != nil || !slices.Equal(got, want) {
		t.Errorf("%v\n%v\n%v", err, got, want)
	}
	back.View(func(tx *store.Tx) error {
		r, ok := tx.Recovery()
		if n := tx.NextNumber(); n != 2001 || !ok || r.Floor != 2000 {
			t.Errorf("the next is %d, %+v, %v", n, r, ok)
		}
		ring := tx.Keys() // a new one signs, and the backup's verify
		if len(ring) != len(keys)+1 || ring[0].ID == keys[0].ID || bytes.Equal(ring[0].Secret, keys[0].Secret) || !bytes.Equal(ring[1].Secret, keys[0].Secret) {
			t.Errorf("%d keys became %d", len(keys), len(ring))
		}
		return nil
	})
	addMail(t, back, 4, "after the restore")
	back.Update(func(tx *store.Tx) error { return tx.SetRecovery(store.Recovery{}) })
	back.View(func(tx *store.Tx) error {
		if _, ok := tx.Recovery(); ok || tx.LastNumber() != 2001 || tx.NextNumber() != 2002 {
			t.Errorf("the last is %d", tx.LastNumber())
		}
		return nil
	})
}

// TestBackupAddsWhatIsNew makes several backups in one place. Each copies what came since, and each comes back.
func TestBackupAddsWhatIsNew(t *testing.T) {
	dir, place := t.TempDir(), t.TempDir()
	s := smallDesk(t, dir)
	var copied []int64
	for i := range 4 {
		if i > 0 {
			addMail(t, s, uint32(10+i), strings.Repeat("x", 300_000))
		}
		if i == 2 { // a restart begins a new raw file
			s.Close()
			var err error
			if s, err = store.Open(storetest.Options(t, store.Options{Dir: dir})); err != nil {
				t.Fatal(err)
			}
			defer s.Close()
		}
		saved, err := backUp(t, s, dir, filepath.Join(place, fmt.Sprint(i, ".tar")))
		if err != nil {
			t.Fatal(err)
		}
		info, _ := os.Stat(saved.File)
		copied = append(copied, saved.Copied-info.Size())
	}
	for i, n := range copied[1:] {
		if n < 280_000 || n > 330_000 { // less the archive's own headers
			t.Errorf("backup %d copied %d bytes besides the state", i+1, n)
		}
	}
	for i := range 4 {
		elsewhere := filepath.Join(t.TempDir(), "data")
		if _, err := restoreTo(t, filepath.Join(place, fmt.Sprint(i, ".tar")), elsewhere); err != nil {
			t.Fatal(err)
		}
		if r := storetest.Check(t, storetest.Open(t, store.Options{Dir: elsewhere})); r.Mails != 2+i {
			t.Errorf("backup %d holds %d mails", i, r.Mails)
		}
	}
}

// TestPruneKeepsWhatBackupsNeed removes a backup and wipes a mail. What the others need stays.
func TestPruneKeepsWhatBackupsNeed(t *testing.T) {
	dir, place := t.TempDir(), t.TempDir()
	s := smallDesk(t, dir)
	first, second := filepath.Join(place, "first.tar"), filepath.Join(place, "second.tar")
	backUp(t, s, dir, first)
	addMail(t, s, 3, "secret words")
	backUp(t, s, dir, second)
	if freed, err := store.Prune(second); err != nil || freed != 0 {
		t.Errorf("%d bytes were not needed, %v", freed, err)
	}
	s.Wipe(func(tx *store.Tx) error { tx.WipeRow(3, "forgotten"); return nil })
	if _, err := backUp(t, s, dir, second); err != nil {
		t.Fatal(err)
	}
	if freed, err := store.Prune(second); err != nil || freed == 0 {
		t.Errorf("%d bytes were freed, %v", freed, err)
	}
	for _, file := range []string{first, second} {
		elsewhere := filepath.Join(t.TempDir(), "data")
		if _, err := restoreTo(t, file, elsewhere); err != nil {
			t.Fatal(err)
		}
		storetest.Open(t, store.Options{Dir: elsewhere})
	}
	if found, _ := exec.Command("grep", "-rl", "secret words", place).Output(); len(found) > 0 {
		t.Errorf("still in %s", found)
	}
}

// TestBackupBesideWriters copies a state while others are committed all the time.
func TestBackupBesideWriters(t *testing.T) {
	dir, place := t.TempDir(), t.TempDir()
	s := smallDesk(t, dir)
	stop, stopped := make(chan struct{}), make(chan int)
	go func() {
		for i := 0; ; i++ {
			select {
			case <-stop:
				stopped <- i
				return
			default:
				addMail(t, s, uint32(100+i), fmt.Sprint(i, strings.Repeat(" words", i%500)))
			}
		}
	}()
	for i := range 5 {
		file := filepath.Join(place, "again.tar")
		if _, err := backUp(t, s, dir, file); err != nil {
			t.Fatal(err)
		}
		elsewhere := filepath.Join(t.TempDir(), "data")
		if _, err := restoreTo(t, file, elsewhere); err != nil {
			t.Fatalf("%d: %v", i, err)
		}
		back, err := store.Open(storetest.Options(t, store.Options{Dir: elsewhere}))
		if err != nil {
			t.Fatal(err)
		}
		storetest.Check(t, back)
		back.Close()
	}
	close(stop)
	if n := <-stopped; n == 0 {
		t.Error("nothing was written meanwhile")
	}
}

// TestBackupCutOff ends a backup at every step. The one before it stays, and the next one succeeds.
func TestBackupCutOff(t *testing.T) {
	dir, place := t.TempDir(), t.TempDir()
	s := smallDesk(t, dir)
	file := filepath.Join(place, "b.tar")
	if _, err := backUp(t, s, dir, file); err != nil {
		t.Fatal(err)
	}
	before, _ := os.ReadFile(file)
	addMail(t, s, 5, "more")
	for steps := range 4 {
		ctx, cancel := context.WithCancel(t.Context())
		err := s.Hold(epoch, func(m store.Moment) error {
			left := steps
			_, err := store.Backup(ctx, m, store.Copying{Dir: dir, File: file, Progress: func(int64, int64) {
				if left--; left < 0 {
					cancel()
				}
			}}, func() error {
				if steps == 3 {
					return errors.New("the daemon has gone")
				}
				return nil
			})
			return err
		})
		cancel()
		if err == nil {
			break
		}
		if after, _ := os.ReadFile(file); !bytes.Equal(before, after) {
			t.Fatalf("step %d: the earlier backup was changed", steps)
		}
		if !strings.Contains(err.Error(), "no backup was made") {
			t.Error(err)
		}
	}
	// What a killed process leaves behind.
	os.WriteFile(file+".part", []byte("half"), 0o600)
	if saved, err := backUp(t, s, dir, file); err != nil || saved.Mails != 3 {
		t.Errorf("%+v, %v", saved, err)
	}
	if _, err := os.Stat(file + ".part"); err == nil {
		t.Error("half of a backup lies about")
	}
}

func TestDamagedStateIsNotBackedUp(t *testing.T) {
	dir, place := t.TempDir(), t.TempDir()
	s := smallDesk(t, dir)
	file := filepath.Join(place, "b.tar")
	if _, err := backUp(t, s, dir, file); err != nil {
		t.Fatal(err)
	}
	good, _ := os.ReadFile(file)
	s.Close()
	path := filepath.Join(dir, "state.db")
	state, _ := os.ReadFile(path)
	at := bytes.Index(state, []byte("The projector is dark."))
	state[at] ^= 1
	os.WriteFile(path, state, 0o600)
	s, err := store.Open(storetest.Options(t, store.Options{Dir: dir}))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if _, err := backUp(t, s, dir, file); !errors.Is(err, store.ErrDamaged) {
		t.Errorf("%v", err)
	}
	if now, _ := os.ReadFile(file); !bytes.Equal(good, now) {
		t.Error("the good backup is gone")
	}
}

// TestDamagedBackupIsRefused cuts and changes every part of a backup. What is restored is right, or nothing is.
func TestDamagedBackupIsRefused(t *testing.T) {
	dir, place := t.TempDir(), t.TempDir()
	s := smallDesk(t, dir)
	want, _ := read(s)
	file := filepath.Join(place, "b.tar")
	if _, err := backUp(t, s, dir, file); err != nil {
		t.Fatal(err)
	}
	good, _ := os.ReadFile(file)
	pieces, _ := filepath.Glob(filepath.Join(place, "triaged-raw-*", "0*"))
	if len(pieces) != 1 {
		t.Fatalf("pieces %q", pieces)
	}
	raw, _ := os.ReadFile(pieces[0])
	try := func(what string) {
		t.Helper()
		elsewhere := filepath.Join(t.TempDir(), "data")
		_, err := restoreTo(t, file, elsewhere)
		if err != nil {
			if !errors.Is(err, store.ErrBackup) || !strings.Contains(err.Error(), "use an older one") {
				t.Errorf("%s: %v", what, err)
			}
			return
		}
		back := storetest.Open(t, store.Options{Dir: elsewhere})
		if got, err := read(back); err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: not noticed: %v", what, err)
		}
	}
	for n := 0; n < len(good); n += 1 + len(good)/25 {
		os.WriteFile(file, good[:n], 0o600)
		try(fmt.Sprintf("cut to %d of %d bytes", n, len(good)))
		changed := bytes.Clone(good)
		changed[n] ^= 0x20
		os.WriteFile(file, changed, 0o600)
		try(fmt.Sprintf("byte %d changed", n))
	}
	os.WriteFile(file, good, 0o600)
	for _, damaged := range [][]byte{raw[:len(raw)-1], append([]byte{raw[0] ^ 1}, raw[1:]...), {}} {
		os.WriteFile(pieces[0], damaged, 0o600)
		if _, err := restoreTo(t, file, filepath.Join(t.TempDir(), "data")); !errors.Is(err, store.ErrBackup) {
			t.Errorf("a damaged piece: %v", err)
		}
	}
}

// TestRestoreCutOff ends a restore at every step. The directory is no store then, until a restore has come to its end.
func TestRestoreCutOff(t *testing.T) {
	dir, place := t.TempDir(), t.TempDir()
	s := smallDesk(t, dir)
	file := filepath.Join(place, "b.tar")
	if _, err := backUp(t, s, dir, file); err != nil {
		t.Fatal(err)
	}
	elsewhere := filepath.Join(t.TempDir(), "data")
	for steps := 0; ; steps++ {
		ctx, cancel := context.WithCancel(t.Context())
		left := steps
		_, _, err := store.Restore(ctx, store.Restoring{Now: epoch, Copying: store.Copying{Dir: elsewhere, File: file, Progress: func(int64, int64) {
			if left--; left < 0 {
				cancel()
			}
		}}})
		cancel()
		if err == nil {
			break
		}
		if _, err := store.Open(storetest.Options(t, store.Options{Dir: elsewhere})); err == nil || !strings.Contains(err.Error(), "run `triaged restore` again") {
			t.Fatalf("step %d: %v", steps, err)
		}
	}
	storetest.Open(t, store.Options{Dir: elsewhere})
	if _, err := restoreTo(t, file, elsewhere); err == nil || !strings.Contains(err.Error(), "in use") {
		t.Errorf("into a directory in use: %v", err)
	}
}

func TestNumbersSkipAhead(t *testing.T) {
	for _, c := range []struct {
		last    request.Number
		busiest int
		gone    time.Duration
		want    request.Number
	}{
		{0, 0, 0, 1000},
		{2, 1, time.Hour, 2000},
		{1000, 10, -time.Hour, 2000},
		{41_234, 300, 3 * 24 * time.Hour, 45_000},
		{41_234, 300, 365 * 24 * time.Hour, 371_000},
	} {
		if got := store.FloorAfter(c.last, c.busiest, c.gone); got != c.want {
			t.Errorf("%+v: %d", c, got)
		}
	}
}
