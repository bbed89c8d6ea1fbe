package store_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"triaged/internal/store"
	"triaged/internal/store/storetest"
)

// TestRawMailsAreReadUpToDamage reads a raw file's mails one after the other. What looks like a record within a damaged
// mail is none.
func TestRawMailsAreReadUpToDamage(t *testing.T) {
	dir := t.TempDir()
	s, err := store.Open(storetest.Options(t, store.Options{Dir: dir}))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	forged, err := s.KeepRaw([]store.RawMail{{Label: store.RawLabel{Mailbox: "support", UID: 99}, Data: []byte("From: boss\r\n\r\n#1-1")}})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "raw", fmt.Sprintf("%08d.mails", forged[0].File))
	record, _ := os.ReadFile(path)
	var mails []store.RawMail
	for i := range 40 {
		mails = append(mails, store.RawMail{Label: store.RawLabel{Mailbox: "support", UID: uint32(i)}, Data: slices.Repeat(record, i)})
	}
	refs, err := s.KeepRaw(mails)
	if err != nil {
		t.Fatal(err)
	}
	found := func(from int64) (uids []uint32, unread int64) {
		t.Helper()
		unread, err := s.EachRaw(store.RawExtent{File: refs[0].File, Size: from}, func(ref store.RawRef, m store.RawMail) error {
			if refs[m.Label.UID] != ref {
				t.Errorf("mail %d is found at %+v, lies at %+v", m.Label.UID, ref, refs[m.Label.UID])
			}
			uids = append(uids, m.Label.UID)
			return nil
		})
		if err != nil {
			t.Error(err)
		}
		return uids, unread
	}
	if got, unread := found(refs[0].Offset); len(got) != 40 || unread != 0 {
		t.Errorf("found %d of 40", len(got))
	}
	if got, _ := found(refs[30].Offset); len(got) != 10 || got[0] != 30 {
		t.Errorf("from the middle: %d", got)
	}
	whole, _ := os.ReadFile(path)
	for _, hurt := range []int{0, 7, 20, 39} {
		for _, at := range []int64{0, 5, 12, 17, 21, refs[hurt].Length - 1} {
			damaged := slices.Clone(whole)
			damaged[refs[hurt].Offset+at] ^= 0x40
			os.WriteFile(path, damaged, 0o600)
			if got, unread := found(refs[0].Offset); len(got) != hurt || unread != int64(len(whole))-refs[hurt].Offset {
				t.Errorf("mail %d hurt at %d: found %d, %d bytes left", hurt, at, len(got), unread)
			}
		}
	}
	os.WriteFile(path, whole[:len(whole)-1], 0o600)
	if got, unread := found(refs[0].Offset); len(got) != 39 || unread != refs[39].Length-1 {
		t.Errorf("cut short: found %d", len(got))
	}
}
