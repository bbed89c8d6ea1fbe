package message

import "strings"

// isSMIME tells whether a part is an S/MIME object (RFC 8551, section 3.2): a mail that was signed or encrypted as a whole.
func isSMIME(mediaType string) bool {
	return mediaType == "application/pkcs7-mime" || mediaType == "application/x-pkcs7-mime"
}

// opaque reads the mail inside a signed S/MIME object as what it is: a multipart/signed. It answers false if there is nothing to read,
// as in an encrypted one.
func (w *walker) opaque(p *part, at around) (node, bool) {
	const mostLayers = 4
	if w.inner >= mostLayers || at.depth >= maxDepth-2 || strings.EqualFold(p.params["smime-type"], "enveloped-data") {
		return node{}, false
	}
	content := signedContent(p.bytes())
	if content == nil {
		return node{}, false
	}
	h, body, _ := readHeader(content, nil)
	if !h.Has("Content-Type") {
		return node{}, false
	}
	inner := walker{raw: body, level: w.level, inner: w.inner + 1, parts: w.parts, seen: w.seen, told: w.told}
	child, _ := inner.entity(h, around{mediaType: "multipart/signed", depth: at.depth + 1})
	w.parts, w.seen, w.told = inner.parts, inner.seen, inner.told
	return node{mediaType: "multipart/signed", children: []node{child}, leaf: -1}, true
}

// signedContent returns what a CMS SignedData object is a signature of (RFC 5652, section 5), or nil.
func signedContent(ber []byte) []byte {
	content := element(ber, 0x30)     // ContentInfo
	_, rest := cutElement(content, 0) // contentType
	signed := element(element(rest, 0xa0), 0x30)
	_, rest = cutElement(signed, 0) // version
	_, rest = cutElement(rest, 0)   // digestAlgorithms
	encap := element(rest, 0x30)    // encapContentInfo
	_, rest = cutElement(encap, 0)  // eContentType
	return octets(element(rest, 0xa0), 0)
}

// berHeader reads the tag and length of the element at the start of b. Size is the content's length, -1 if it is
// indefinite; n is the header's length, 0 if there is no element.
func berHeader(b []byte) (tag byte, n, size int) {
	if len(b) < 2 || b[0]&0x1f == 0x1f {
		return 0, 0, 0
	}
	switch l := int(b[1]); {
	case l < 0x80:
		return b[0], 2, min(l, len(b)-2)
	case l == 0x80:
		return b[0], 2, -1
	case l <= 0x84 && len(b) >= 2+l-0x80:
		for _, c := range b[2 : 2+l-0x80] {
			size = size<<8 | int(c)
		}
		n = 2 + l - 0x80
		return b[0], n, min(size, len(b)-n)
	}
	return 0, 0, 0
}

// element returns the content of the element at the start of b if it has the tag. One of indefinite length has all that follows.
func element(b []byte, tag byte) []byte {
	got, n, size := berHeader(b)
	if n == 0 || got != tag {
		return nil
	}
	if size < 0 {
		return b[n:]
	}
	return b[n : n+size]
}

// cutElement returns the element at the start of b, header and all, and what follows it.
func cutElement(b []byte, depth int) (first, rest []byte) {
	_, n, size := berHeader(b)
	if n == 0 || depth > 20 {
		return nil, nil
	}
	if size >= 0 {
		return b[:n+size], b[n+size:]
	}
	for rest = b[n:]; len(rest) >= 2; {
		if rest[0] == 0 && rest[1] == 0 {
			rest = rest[2:]
			return b[:len(b)-len(rest)], rest
		}
		var child []byte
		if child, rest = cutElement(rest, depth+1); child == nil {
			break
		}
	}
	return b, nil
}

// octets returns an OCTET STRING, putting the pieces of a constructed one together.
func octets(b []byte, depth int) []byte {
	tag, n, size := berHeader(b)
	switch {
	case n == 0 || depth > 5:
		return nil
	case tag == 0x04 && size >= 0:
		return b[n : n+size]
	case tag != 0x24:
		return nil
	}
	content := b[n:]
	if size >= 0 {
		content = content[:size]
	}
	var all []byte
	for len(content) >= 2 && !(content[0] == 0 && content[1] == 0) {
		var piece []byte
		if piece, content = cutElement(content, 0); piece == nil {
			break
		}
		all = append(all, octets(piece, depth+1)...)
	}
	return all
}
