package message

// part is one leaf of a mail's structure, in the order in which leaves stand in the mail. An attached mail
// (message/rfc822) is a leaf too: what is inside it is read by nested, and its own leaves are not in the list.
type part struct {
	header      Header            // the part's own header fields; the mail's own header if the mail has one part only
	mediaType   string            // in lower case, "text/plain" if nothing usable is declared
	params      map[string]string // of Content-Type: lower-case names, decoded values; nil if none
	disposition string            // "inline", "attachment", "" or whatever the mail claims, in lower case
	name        string            // a plain file name, "" if the part has none
	encoding    string            // Content-Transfer-Encoding in lower case, "" if none
	contentID   string            // without brackets
	parent      string            // media type of the multipart around it, "" if the mail has one part only
	parentIndex int               // which leaf or multipart of its parent it is, from 0
	depth       int               // how many multiparts are around it
	root        bool              // the part of a multipart/related that the others belong to
	level       int               // how many mails are around the one it belongs to
	body        []byte            // as in the raw mail, still transfer-encoded
	unfinished  bool              // the mail breaks off in it, so that more may have followed

	*reading
}

// reading holds what was worked out of a part, once for all copies of it.
type reading struct {
	decoded []byte
	done    bool
	mail    *Message
}

// bytes returns the part's content without its transfer encoding. It is decoded once.
func (p *part) bytes() []byte {
	if p.reading == nil {
		p.reading = &reading{}
	}
	if !p.done {
		p.decoded, p.done = decodeTransfer(p.encoding, p.body), true
	}
	return p.decoded
}

// text returns the content of a text part as UTF-8 with plain line ends, at most maxText bytes of it.
func (p *part) text() string {
	return toUTF8(head(p.textBytes(), maxText), p.params["charset"])
}

// textBytes is bytes for a part of which only the first maxText bytes are wanted.
func (p *part) textBytes() []byte { return p.bytesUpTo(4 * maxText) }

// bytesUpTo is bytes for a part of whose encoded form only the first n bytes are wanted, so that a huge one is not decoded whole.
func (p *part) bytesUpTo(n int) []byte {
	if p.reading != nil && p.done || len(p.body) <= n {
		return p.bytes()
	}
	return decodeTransfer(p.encoding, head(p.body, n))
}

// head returns the first n bytes of s.
func head[T ~string | ~[]byte](s T, n int) T { return s[:min(len(s), n)] }

// nested reads the attached mail that a message/rfc822 part holds, or the header in a text/rfc822-headers part. Mails inside of mails
// are read to a depth of maxNested; deeper ones are empty.
func (p *part) nested() *Message {
	content := p.bytes()
	if p.mail == nil {
		if p.level >= maxNested {
			content = nil
		}
		p.mail = parse(content, p.level+1)
	}
	return p.mail
}

// isMail tells whether the part is an attached mail.
func (p *part) isMail() bool {
	return p.mediaType == "message/rfc822" || p.mediaType == "message/global" || p.mediaType == "message/news"
}
