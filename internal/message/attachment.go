package message

import (
	"bytes"
	"crypto/sha256"
	"strings"
)

// attachments lists what is not text for reading. With sums their checksums are worked out, for which each is decoded once.
func (c *composer) attachments(sums bool) []Attachment {
	for i := range c.parts {
		p := &c.parts[i]
		if p.isBody() && (!p.unfinished || isBlank(p.body)) || isVariant(p) {
			continue
		}
		if isTNEF(p) && c.tnefFiles(p) {
			continue
		}
		c.files = append(c.files, c.attachment(p, sums))
	}
	for i := range c.files {
		if a := &c.files[i]; sums && a.SHA256 == [32]byte{} {
			a.SHA256 = sha256.Sum256(a.Content())
		}
	}
	return c.files
}

// isVariant tells whether a part is a form of the text that the reader has in another form, or says nothing but a version.
func isVariant(p *part) bool {
	switch p.mediaType {
	case "text/x-amp-html", "text/watch-html":
		return p.parent == "multipart/alternative"
	case "application/pgp-encrypted":
		return p.parent == "multipart/encrypted"
	}
	return false
}

func (c *composer) attachment(p *part, sums bool) Attachment {
	a := Attachment{Name: p.name, Type: p.mediaType, Inline: c.isInline(p), ContentID: p.contentID}
	encoding, body := p.encoding, p.body
	a.decode = func() []byte { return decodeTransfer(encoding, body) }
	if p.isMail() {
		c.describe(&a, p)
	}
	if a.Name == "" {
		a.Name = usualName(p)
	}
	switch {
	case encoding == "base64" && !p.done:
		h := sha256.New()
		whole := eachBase64(body, func(piece []byte) {
			a.Size += int64(len(piece))
			if sums {
				h.Write(piece)
			}
		})
		if sums {
			h.Sum(a.SHA256[:0])
		}
		if !whole {
			c.m.defect("the base64 of a file has characters that are none: they were skipped")
		}
	default:
		content := p.decoded
		if !p.done {
			content = decodeTransfer(encoding, body)
		}
		a.Size = int64(len(content))
		if sums {
			a.SHA256 = sha256.Sum256(content)
		}
	}
	return a
}

// describe fills in whose mail an attached mail is.
func (c *composer) describe(a *Attachment, p *part) {
	h, _, _ := readTopHeader(p.bytesUpTo(2 * maxHeader))
	inner := Message{Header: h}
	inner.readHeader()
	a.Mail = &AttachedMail{From: inner.From, Subject: inner.Subject, Date: inner.Date}
	if a.Name == "" {
		if stem := fileName(strings.NewReplacer("/", "-", "\\", "-").Replace(inner.Subject)); stem != "" {
			a.Name = stem + ".eml"
		}
	}
}

// usualName makes a name for a file that has none, so that it can be passed on.
func usualName(p *part) string {
	switch p.mediaType {
	case "text/calendar":
		return "invite.ics"
	case "message/rfc822", "message/global", "message/news":
		return "message.eml"
	case "message/delivery-status", "message/disposition-notification", "text/rfc822-headers", "message/feedback-report":
		_, name, _ := strings.Cut(p.mediaType, "/")
		return name + ".txt"
	}
	kind, sub, _ := strings.Cut(p.mediaType, "/")
	if ext, ok := extensions[p.mediaType]; ok {
		sub = ext
	} else if strings.ContainsAny(sub, ".+-") || len(sub) > 5 || len(sub) == 0 {
		sub = "bin"
	}
	switch kind {
	case "image", "audio", "video", "text":
		return kind + "." + sub
	}
	return "attachment." + sub
}

// extensions of the media types whose second half is none.
var extensions = map[string]string{
	"image/jpeg": "jpg", "image/svg+xml": "svg", "text/plain": "txt", "text/html": "html", "text/rtf": "rtf",
	"application/rtf": "rtf", "audio/mpeg": "mp3", "video/quicktime": "mov",
	"application/msword": "doc", "application/vnd.ms-excel": "xls", "application/vnd.ms-powerpoint": "ppt",
	"application/ms-tnef": "dat", "application/octet-stream": "bin",
	"application/vnd.openxmlformats-officedocument.wordprocessingml.document":   "docx",
	"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet":         "xlsx",
	"application/vnd.openxmlformats-officedocument.presentationml.presentation": "pptx",
	"application/x-zip-compressed":                                              "zip",
}

// isInline tells whether a file belongs to the mail's text: an image that the HTML shows by its Content-ID or that stands in
// the same multipart/related, the signature of a signed mail, a text in which the mail breaks off.
func (c *composer) isInline(p *part) bool {
	switch {
	case p.unfinished && p.isBody(), p.parent == "multipart/signed" && p.parentIndex > 0:
		return true
	}
	if !strings.HasPrefix(p.mediaType, "image/") {
		return false
	}
	if p.contentID != "" && c.refers(p.contentID) {
		return true
	}
	return p.parent == "multipart/related" && p.parentIndex > 0 && p.disposition != "attachment"
}

// refers tells whether any HTML of the mail shows cid:id.
func (c *composer) refers(id string) bool {
	if c.cids == "" {
		c.cids = " "
		for i := range c.parts {
			if p := &c.parts[i]; p.mediaType == "text/html" && p.isBody() {
				c.cids += collectCIDs(p.textBytes())
			}
		}
	}
	return strings.Contains(c.cids, " "+id+" ") || strings.Contains(c.cids, " "+strings.ReplaceAll(id, "@", "%40")+" ")
}

// collectCIDs returns the Content-IDs that an HTML text refers to, with spaces between and around.
func collectCIDs(html []byte) string {
	var b strings.Builder
	for {
		i := bytes.Index(html, []byte("cid:"))
		if i < 0 || b.Len() > 1<<16 {
			return b.String()
		}
		html = html[i+4:]
		end := bytes.IndexAny(head(html, 300), "\"'> )\\")
		if end < 0 {
			continue
		}
		b.Write(html[:end])
		b.WriteByte(' ')
	}
}

// uuencoded adds the files that stood uuencoded in a text.
func (c *composer) uuencoded(files []uuFile) {
	for _, f := range files {
		lines := f.lines
		a := Attachment{Name: fileName(f.name), Type: "application/octet-stream", decode: func() []byte { return decodeUU(lines) }}
		a.Size = int64(len(a.Content()))
		c.files = append(c.files, a)
	}
}
