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
	parentIndex int               // which leaf-or-multipart of its parent it is, from 0
	depth       int               // how many multiparts and mails are around it
	body        []byte            // as in the raw mail, still transfer-encoded

	decoded []byte // what bytes has answered before
	isRead  bool
}

// bytes returns the part's content without its transfer encoding. It is decoded once.
func (p *part) bytes() []byte {
	if !p.isRead {
		p.decoded, p.isRead = decodeTransfer(p.encoding, p.body), true
	}
	return p.decoded
}

// text returns the content of a text part as UTF-8 with plain line ends, at most maxText bytes of it.
func (p *part) text() string {
	raw := p.bytes()
	if len(raw) > maxText {
		raw = raw[:maxText]
	}
	return toUTF8(raw, p.params["charset"])
}

// nested reads the attached mail that a message/rfc822 leaf holds.
func (p *part) nested() *Message { return parse(p.bytes(), p.depth+1) }
