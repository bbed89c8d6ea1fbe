package message

import (
	"encoding/binary"
	"strings"
	"unicode/utf16"
)

// isTNEF tells whether a part is Outlook's container of body and files, winmail.dat.
func isTNEF(p *part) bool {
	return p.mediaType == "application/ms-tnef" || p.mediaType == "application/vnd.ms-tnef" || strings.EqualFold(p.name, "winmail.dat")
}

// tnefFiles adds the files inside a winmail.dat to the attachments, in place of the container. It answers false if there is
// no reading it, so that the container itself is kept.
func (c *composer) tnefFiles(p *part) bool {
	t := c.tnef(p)
	if t == nil {
		return false
	}
	for _, f := range t.files {
		if f.data == nil {
			continue
		}
		a := Attachment{Name: f.name, Type: f.mediaType, Size: int64(len(f.data)), ContentID: f.contentID}
		if a.Type == "" {
			a.Type = "application/octet-stream"
		}
		if a.Name == "" {
			a.Name = usualName(&part{mediaType: a.Type})
		}
		data := f.data
		a.decode = func() []byte { return data }
		c.files = append(c.files, a)
	}
	return true
}

// tnef reads a winmail.dat, once.
func (c *composer) tnef(p *part) *tnefReader {
	if c.outlook == nil {
		c.outlook = map[*reading]*tnefReader{}
	}
	if t, ok := c.outlook[p.reading]; ok {
		return t
	}
	t := readTNEF(p.bytes())
	if t == nil {
		c.m.defect("winmail.dat cannot be read")
	}
	c.outlook[p.reading] = t
	return t
}

// text returns the body inside a winmail.dat: HTML, else formatted text, else plain text.
func (t *tnefReader) text() string {
	switch {
	case len(t.html) > 0:
		return htmlText([]byte(decodeCharset(head(t.html, 4*maxText), metaCharset(t.html))))
	case len(t.rtf) > 0:
		if s := rtfText(expandRTF(t.rtf)); strings.TrimSpace(s) != "" {
			return s
		}
	}
	return plainLines([]byte(t.plain))
}

// tnefReader takes a TNEF stream apart ([MS-OXTNEF]).
type tnefReader struct {
	plain     string
	html, rtf []byte
	files     []tnefFile
	codePage  string
}

type tnefFile struct {
	name, mediaType, contentID string
	data                       []byte
}

const (
	tnefSignature    = 0x223e9f78 // [MS-OXTNEF], section 2.1.3.1
	tnefBody         = 0x0002800c
	tnefMessageProps = 0x00069003
	tnefAttachStart  = 0x00069002
	tnefAttachTitle  = 0x00018010
	tnefAttachData   = 0x0006800f
	tnefAttachProps  = 0x00069005
	tnefCodePage     = 0x00069007
)

// readTNEF reads a stream as far as it goes; nil if it is none.
func readTNEF(raw []byte) *tnefReader {
	if len(raw) < 6 || binary.LittleEndian.Uint32(raw) != tnefSignature {
		return nil
	}
	t := &tnefReader{}
	raw = raw[6:]
	for n := 0; len(raw) >= 9 && n < 10000; n++ {
		id := binary.LittleEndian.Uint32(raw[1:])
		size := int64(binary.LittleEndian.Uint32(raw[5:]))
		raw = raw[9:]
		data := head(raw, int(min(size, int64(len(raw)))))
		t.attribute(id, data)
		raw = raw[len(data):]
		if len(raw) < 2 {
			break
		}
		raw = raw[2:] // the checksum
	}
	return t
}

func (t *tnefReader) attribute(id uint32, data []byte) {
	switch id {
	case tnefCodePage:
		if len(data) >= 4 {
			t.codePage = "cp" + itoa(int(binary.LittleEndian.Uint32(data)))
		}
	case tnefBody:
		t.plain = strings.TrimRight(decodeCharset(head(data, maxText), t.codePage), "\x00")
	case tnefMessageProps:
		eachProperty(data, t.message)
	case tnefAttachStart:
		if len(t.files) < maxParts {
			t.files = append(t.files, tnefFile{})
		}
	}
	if len(t.files) == 0 {
		return
	}
	f := &t.files[len(t.files)-1]
	switch id {
	case tnefAttachTitle:
		if f.name == "" {
			f.name = fileName(strings.TrimRight(decodeCharset(head(data, 1000), t.codePage), "\x00"))
		}
	case tnefAttachData:
		f.data = data
	case tnefAttachProps:
		eachProperty(data, f.property)
	}
}

// message takes a property of the mail ([MS-OXPROPS]).
func (t *tnefReader) message(id uint16, text string, raw []byte) {
	switch id {
	case 0x1000: // PidTagBody
		if text != "" {
			t.plain = text[:min(len(text), maxText)]
		}
	case 0x1013: // PidTagHtml
		if raw != nil {
			t.html = raw
		} else {
			t.html = []byte(text)
		}
	case 0x1009: // PidTagRtfCompressed
		t.rtf = raw
	}
}

// property takes a property of a file.
func (f *tnefFile) property(id uint16, text string, raw []byte) {
	switch id {
	case 0x3707: // PidTagAttachLongFilename
		if n := fileName(text); n != "" {
			f.name = n
		}
	case 0x370e: // PidTagAttachMimeTag
		if strings.Contains(text, "/") {
			f.mediaType = strings.ToLower(oneLine(text))
		}
	case 0x3712: // PidTagAttachContentId
		f.contentID = strings.Trim(oneLine(text), "<>")
	case 0x3701: // PidTagAttachDataBinary
		if f.data == nil && len(raw) > 16 {
			f.data = raw
		}
	}
}

// eachProperty goes over a list of MAPI properties ([MS-OXTNEF], section 2.1.3.4).
func eachProperty(data []byte, use func(id uint16, text string, raw []byte)) {
	r := byteReader{data}
	for n := min(r.uint32(), 10000); n > 0 && len(r.b) > 0; n-- {
		kind, id := r.uint16(), r.uint16()
		if id >= 0x8000 { // a named property: a GUID, then a number or a name
			r.skip(16)
			if r.uint32() == 0 {
				r.skip(4)
			} else {
				r.skip(int(min(r.uint32(), 1<<20)+3) &^ 3)
			}
		}
		count := uint32(1)
		if many := kind&0x1000 != 0; many || kind == 0x1e || kind == 0x1f || kind == 0x102 || kind == 0x0d {
			count = r.uint32()
		}
		for ; count > 0 && len(r.b) > 0; count-- {
			r.value(kind&^0x1000, id, use)
		}
	}
}

func (r *byteReader) value(kind, id uint16, use func(uint16, string, []byte)) {
	switch kind {
	case 0x02, 0x03, 0x04, 0x0a, 0x0b: // numbers, in four bytes however short
		r.skip(4)
	case 0x05, 0x06, 0x07, 0x14, 0x40:
		r.skip(8)
	case 0x48:
		r.skip(16)
	case 0x1e, 0x1f, 0x102, 0x0d:
		n := int(min(int64(r.uint32()), int64(len(r.b))))
		v := head(r.b, n)
		r.skip((n + 3) &^ 3)
		switch kind {
		case 0x1e:
			use(id, strings.TrimRight(decodeCharset(head(v, maxText), ""), "\x00"), nil)
		case 0x1f:
			use(id, fromUTF16(head(v, 2*maxText)), nil)
		default:
			use(id, "", v)
		}
	default:
		r.b = nil // not to be read on
	}
}

func fromUTF16(b []byte) string {
	u := make([]uint16, len(b)/2)
	for i := range u {
		u[i] = binary.LittleEndian.Uint16(b[2*i:])
	}
	return strings.TrimRight(string(utf16.Decode(u)), "\x00")
}

// byteReader reads numbers from the front of a slice; behind its end there are zeros.
type byteReader struct{ b []byte }

func (r *byteReader) skip(n int) { r.b = r.b[min(max(n, 0), len(r.b)):] }

func (r *byteReader) uint16() (v uint16) {
	if len(r.b) >= 2 {
		v = binary.LittleEndian.Uint16(r.b)
	}
	r.skip(2)
	return v
}

func (r *byteReader) uint32() (v uint32) {
	if len(r.b) >= 4 {
		v = binary.LittleEndian.Uint32(r.b)
	}
	r.skip(4)
	return v
}
