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
	d := authorHash{hash: sha256.New()}
	for _, name := range authored {
		for _, f := range h {
			if len(f.Name) == len(name) && equalFold(f.Name, name) {
				d.field(name, f.Value)
			}
		}
	}
	d.add([]byte{0})
	d.lines(bytes.TrimRight(body, " \t\r\n"))
	d.hash.Write(d.buf[:d.n])
	d.hash.Sum(sum[:0])
	return sum
}

// authorHash hashes in pieces of some size.
type authorHash struct {
	hash hash.Hash
	buf  [2048]byte
	n    int
}

func (d *authorHash) add(piece []byte) {
	for len(piece) > 0 {
		if d.n == len(d.buf) {
			d.hash.Write(d.buf[:])
			d.n = 0
		}
		n := copy(d.buf[d.n:], piece)
		d.n += n
		piece = piece[n:]
	}
}

// field adds a field without what folding and refolding change.
func (d *authorHash) field(name, value string) {
	d.add([]byte(name))
	for word := range strings.FieldsSeq(value) {
		d.add([]byte{' '})
		d.add([]byte(word))
	}
	d.add([]byte{'\n'})
}

// lines adds a body without its CRs.
func (d *authorHash) lines(body []byte) {
	for len(body) > 0 {
		i := bytes.IndexByte(body, '\r')
		if i < 0 {
			d.add(body)
			return
		}
		d.add(body[:i])
		body = body[i+1:]
	}
}
