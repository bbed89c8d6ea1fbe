package bot

import (
	"cmp"
	"slices"
	"strings"

	"triaged/internal/store"
)

// SeenRow is how many of a mailbox's last received mails bore an Authentication-Results header (RFC 8601) of a server as
// their topmost.
type SeenRow struct {
	Mailbox  string `json:"mailbox"`
	Authserv string `json:"authserv"` // "" for none, or one without a name
	Mails    int    `json:"mails"`
}

// seenMails is how many of the last mails are looked at.
const seenMails = 50

// Seen emits whose verdicts the last received mails bore.
func (d *Desk) Seen(_ Args, emit func(any) error) error {
	var rows []store.Row
	err := d.store.View(func(tx *store.Tx) error {
		next := tx.NextLedger()
		for row := range tx.Ledger(max(next, seenMails+1) - seenMails) {
			if row.Raw != (store.RawRef{}) && row.Folder != decidedAnew {
				rows = append(rows, row)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	count := map[SeenRow]int{}
	for _, row := range rows {
		raw, err := d.store.Raw(row.Raw)
		if err != nil {
			continue // a check says so
		}
		count[SeenRow{Mailbox: row.Mailbox, Authserv: topmostAuthserv(d.readHeader(raw.Data).Header.Get("Authentication-Results"))}]++
	}
	var all []SeenRow
	for row, n := range count {
		row.Mails = n
		all = append(all, row)
	}
	slices.SortFunc(all, func(a, b SeenRow) int {
		return cmp.Or(strings.Compare(a.Mailbox, b.Mailbox), strings.Compare(a.Authserv, b.Authserv))
	})
	for _, row := range all {
		if err := emit(row); err != nil {
			return err
		}
	}
	return nil
}

// topmostAuthserv is the name in front of an Authentication-Results header (RFC 8601, section 2.2): "mx.school.example; …".
func topmostAuthserv(header string) string {
	name, _, found := strings.Cut(header, ";")
	fields := strings.Fields(name) // a version may follow the name
	if !found || len(fields) == 0 || strings.Contains(fields[0], "=") {
		return ""
	}
	return fields[0]
}
