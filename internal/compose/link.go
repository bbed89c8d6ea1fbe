package compose

import (
	"crypto/sha256"
	"encoding/binary"
	"strings"
)

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
	for i := range len(s) {
		c := s[i]
		if plainInParameter(c) || strings.IndexByte(also, c) >= 0 {
			b.WriteByte(c)
		} else {
			b.Write([]byte{'%', hex[c>>4], hex[c&15]})
		}
	}
	return b.String()
}
