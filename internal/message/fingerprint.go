package message

import (
	"bytes"
	"crypto/sha256"
	"hash"
	"strings"
)

// authored are the fields that the author's program writes and that no server on the way changes.
var authored = []string{"From", "To", "Cc", "Subject", "Date", "Message-ID", "In-Reply-To", "References"}

// fingerprint identifies the author's own headers and content: see Message.Fingerprint. Line ends and white space at the end do not
// count, since stores and transports change them.
func fingerprint(h Header, body []byte) (sum [32]byte) {
	d := sha256.New()
	for _, name := range authored {
		for _, f := range h {
			if len(f.Name) == len(name) && equalFold(f.Name, name) {
				d.Write([]byte(name + ":" + strings.Join(strings.Fields(f.Value), " ") + "\n"))
			}
		}
	}
	d.Write([]byte{0})
	hashLines(d, bytes.TrimRight(body, " \t\r\n"))
	d.Sum(sum[:0])
	return sum
}

// hashLines hashes a body without its CRs.
func hashLines(d hash.Hash, body []byte) {
	var buf [4096]byte
	n := 0
	for len(body) > 0 {
		i := bytes.IndexByte(body, '\r')
		piece := body
		if i >= 0 {
			piece, body = body[:i], body[i+1:]
		} else {
			body = nil
		}
		if len(piece) > len(buf)-n {
			d.Write(buf[:n])
			n = 0
			if len(piece) > len(buf)/2 {
				d.Write(piece)
				continue
			}
		}
		n += copy(buf[n:], piece)
	}
	d.Write(buf[:n])
}
