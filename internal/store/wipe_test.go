package store_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"triaged/internal/request"
	"triaged/internal/store"
	"triaged/internal/store/storetest"
)

// onDisk tells whether words lie anywhere in a raw file.
func onDisk(t *testing.T, dir, words string) bool {
	t.Helper()
	files, _ := filepath.Glob(filepath.Join(dir, "raw", "*.mails"))
	for _, path := range files {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(b, []byte(words)) {
			return true
		}
	}
	return false
}

// TestWipedMailIsGoneFromTheDisk removes one mail of three. The others stay what they are, and so does the file's order.
func TestWipedMailIsGoneFromTheDisk(t *testing.T) {
	dir := t.TempDir()
	s := smallDesk(t, dir)
	addMail(t, s, 3, "secret words "+strings.Repeat("and more of them, to fill blocks\r\n", 2000))
	addMail(t, s, 4, "other words")
	var ref store.RawRef
	s.View(func(tx *store.Tx) error { row, _ := tx.Row(3); ref = row.Raw; return nil })
	err := s.Wipe(func(tx *store.Tx) error {
		if n := tx.WipeRow(3, "forgotten"); n != ref.Length {
			t.Errorf("wiped %d bytes of %d", n, ref.Length)
		}
		if n := tx.WipeRow(3, "forgotten"); n != 0 {
			t.Errorf("wiped %d bytes a second time", n)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if onDisk(t, dir, "secret words") || onDisk(t, dir, "and more") || !onDisk(t, dir, "other words") {
		t.Error("the wrong words are on the disk")
	}
	if _, err := s.Raw(ref); !errors.Is(err, store.ErrWiped) {
		t.Error(err)
	}
	var uids []uint32
	unread, err := s.EachRaw(store.RawExtent{File: ref.File}, func(_ store.RawRef, m store.RawMail) error { uids = append(uids, m.Label.UID); return nil })
	if err != nil || unread != 0 || len(uids) != 3 || uids[2] != 4 {
		t.Errorf("read %v, %d left, %v", uids, unread, err)
	}
	storetest.Check(t, s)
	s.View(func(tx *store.Tx) error {
		if row, _ := tx.Row(3); row.Wiped != "forgotten" || row.Outcome != "opened" {
			t.Errorf("%+v", row)
		}
		return nil
	})
}

// TestMailWithTwoRowsIsWipedFromBoth wipes a mail that was decided anew.
func TestMailWithTwoRowsIsWipedFromBoth(t *testing.T) {
	dir := t.TempDir()
	s := smallDesk(t, dir)
	addMail(t, s, 3, "secret words")
	err := s.Update(func(tx *store.Tx) error {
		row, _ := tx.Row(3)
		row.Folder, row.UID, row.Request = "quarantine", 4, 1
		row.Fingerprint = hexOf(9)
		tx.Account(row)
		row.UID = 5
		tx.Account(row)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	s.Wipe(func(tx *store.Tx) error { tx.WipeRow(4, "forgotten"); return nil })
	s.View(func(tx *store.Tx) error {
		for _, n := range []uint64{4, 5} {
			if row, _ := tx.Row(n); row.Kept() != 0 || row.Wiped != "forgotten" {
				t.Errorf("row %d still has bytes", n)
			}
		}
		return nil
	})
}

// TestWipingCutOff ends a process between the steps of wiping. The next start goes on.
func TestWipingCutOff(t *testing.T) {
	for _, point := range []string{"committed", "wiped"} {
		dir := t.TempDir()
		armed := false
		s, err := store.Open(storetest.Options(t, store.Options{Dir: dir, Point: func(name string) {
			if armed && name == point {
				panic("the machine died")
			}
		}}))
		if err != nil {
			t.Fatal(err)
		}
		addMail(t, s, 1, "secret words")
		addMail(t, s, 2, "other words")
		armed = true
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: not reached", point)
				}
			}()
			s.Wipe(func(tx *store.Tx) error { tx.WipeRow(1, "forgotten"); return nil })
		}()
		armed = false
		s.Close()
		if point == "committed" && !onDisk(t, dir, "secret words") {
			t.Fatal("wiped before it was committed")
		}
		if point == "committed" { // the crash may also have left half of the work
			path, _ := filepath.Glob(filepath.Join(dir, "raw", "*.mails"))
			f, _ := os.OpenFile(path[0], os.O_RDWR, 0)
			f.WriteAt([]byte("TRM0"), 0)
			f.Close()
		}
		again := storetest.Open(t, store.Options{Dir: dir})
		if onDisk(t, dir, "secret words") || !onDisk(t, dir, "other words") {
			t.Errorf("%s: the wrong words are on the disk", point)
		}
		again.View(func(tx *store.Tx) error {
			if tx.Meta("raw-to-wipe") != nil {
				t.Errorf("%s: the list is not emptied", point)
			}
			return nil
		})
	}
}

// TestBackupAfterWipingHasNoneOfIt makes a backup before and one after. The second does not use the first one's pieces.
func TestBackupAfterWipingHasNoneOfIt(t *testing.T) {
	dir, place := t.TempDir(), t.TempDir()
	s := smallDesk(t, dir)
	addMail(t, s, 3, "secret words")
	backUp(t, s, dir, filepath.Join(place, "before.tar"))
	s.Wipe(func(tx *store.Tx) error { tx.WipeRow(3, "forgotten"); return nil })
	if _, err := backUp(t, s, dir, filepath.Join(place, "after.tar")); err != nil {
		t.Fatal(err)
	}
	for name, has := range map[string]bool{"before.tar": true, "after.tar": false} {
		elsewhere := filepath.Join(t.TempDir(), "data")
		if _, err := restoreTo(t, filepath.Join(place, name), elsewhere); err != nil {
			t.Fatal(err)
		}
		if onDisk(t, elsewhere, "secret words") != has {
			t.Errorf("%s has the words: %v", name, !has)
		}
		storetest.Open(t, store.Options{Dir: elsewhere})
	}
}

// TestBackupWhileWiping makes a backup after the mail is given up and before its bytes are written over. It may have them;
// the next one, in the same place, has them no more.
func TestBackupWhileWiping(t *testing.T) {
	dir, place := t.TempDir(), t.TempDir()
	armed := false
	s, err := store.Open(storetest.Options(t, store.Options{Dir: dir, Point: func(name string) {
		if armed && name == "committed" {
			panic("a backup comes first")
		}
	}}))
	if err != nil {
		t.Fatal(err)
	}
	addMail(t, s, 1, "secret words")
	armed = true
	func() {
		defer func() { recover() }()
		s.Wipe(func(tx *store.Tx) error { tx.WipeRow(1, "forgotten"); return nil })
	}()
	armed = false
	if _, err := backUp(t, s, dir, filepath.Join(place, "meanwhile.tar")); err != nil || !onDisk(t, dir, "secret words") {
		t.Fatalf("the backup came too late: %v", err)
	}
	if err := s.Wipe(func(*store.Tx) error { return nil }); err != nil { // goes on
		t.Fatal(err)
	}
	if _, err := backUp(t, s, dir, filepath.Join(place, "after.tar")); err != nil {
		t.Fatal(err)
	}
	elsewhere := filepath.Join(t.TempDir(), "data")
	if _, err := restoreTo(t, filepath.Join(place, "after.tar"), elsewhere); err != nil {
		t.Fatal(err)
	}
	if onDisk(t, elsewhere, "secret words") {
		t.Error("a backup after the wipe has the words")
	}
	s.Close()
}

func TestDroppedRequestLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	s := smallDesk(t, dir)
	addMail(t, s, 3, "secret words")
	err := s.Wipe(func(tx *store.Tx) error {
		for _, n := range []request.Number{1, 3} {
			tx.DropRequest(n, func(ref request.TextRef) bool { return ref == request.RefOf("no picture") })
		}
		tx.Detach(map[request.Number]bool{1: true, 3: true})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	storetest.Check(t, s)
	s.View(func(tx *store.Tx) error {
		if _, ok := tx.Request(1); ok || len(tx.Events(1)) > 0 || tx.NextNumber() != 4 {
			t.Errorf("it is still there, and the next is %d", tx.NextNumber())
		}
		if tx.Text(request.RefOf("no picture")) == "" || tx.Text(request.RefOf("The projector is dark.")) != "" {
			t.Error("the wrong texts are gone")
		}
		if row, _ := tx.Row(1); row.Request != 0 || row.Outcome != "opened" {
			t.Errorf("%+v", row)
		}
		if _, ok := tx.ThreadOf("one@x"); ok {
			t.Error("a thread leads to it")
		}
		return nil
	})
	if onDisk(t, dir, "secret words") {
		t.Error("its mail is on the disk")
	}
}
