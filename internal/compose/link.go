package compose

import (
	"crypto/sha256"
	"encoding/binary"
	"html/template"
	"strings"

	"triaged/internal/authority"
	"triaged/internal/chart"
	"triaged/internal/request"
)

// link is the mailto link that composes "categorize this so" for its recipient: a new mail, which therefore names the
// request, says the command in full and carries a key that is good once. It is "" where the recipient may not command.
func (d *draft) link(n request.Number, code chart.Code) string {
	if !d.letter.Commands || n == 0 || len(d.house.Keys) == 0 {
		return ""
	}
	d.links++
	key := d.house.Keys.LinkKey(authority.Link{
		Instance: d.house.Instance, Recipient: d.letter.To.Address, Request: int64(n),
		Nonce: nonce(d.id, d.links), IssuedDay: authority.DayOf(d.letter.Dated()),
	})
	return "mailto:" + escape(d.house.Address, "@") + "?subject=" + escape("["+d.label(n)+"]", "") +
		"&body=" + escape("#"+code.String()+"\r\n#key "+key+"\r\n", "")
}

// href is a link as an attribute. It holds nothing that HTML would read otherwise, but for the "&".
func href(link string) template.HTMLAttr {
	return template.HTMLAttr(`href="` + strings.ReplaceAll(link, "&", "&amp;") + `"`)
}

// nonce numbers a link: one that no other link of any mail has, and the same when the mail is rendered again.
func nonce(messageID string, link int) uint64 {
	sum := sha256.Sum256([]byte("link " + itoa(link) + " of " + messageID))
	return binary.BigEndian.Uint64(sum[:8])
}

// escape percent-encodes for a mailto link (RFC 6068, section 2) all but letters, digits, "-", ".", "_" and what also is
// allowed.
func escape(s, also string) string {
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	b.Grow(len(s) + len(s)/2)
	for i := range len(s) {
		c := s[i]
		if plainInParameter(c) || strings.IndexByte(also, c) >= 0 {
			b.WriteByte(c)
		} else {
			b.WriteByte('%')
			b.WriteByte(hex[c>>4])
			b.WriteByte(hex[c&15])
		}
	}
	return b.String()
}
