package message

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestParseAddresses(t *testing.T) {
	tests := []struct {
		in   string
		want []Address
	}{
		{"", nil},
		{"kim@school.example", []Address{{"", "kim@school.example"}}},
		{"Kim Tran <kim@school.example>", []Address{{"Kim Tran", "kim@school.example"}}},
		{`"Tran, Kim" <kim@school.example>`, []Address{{"Tran, Kim", "kim@school.example"}}},
		{"Tran, Kim <kim@school.example>", []Address{{"Tran, Kim", "kim@school.example"}}},
		{"Tran, Kim <kim@school.example>, Roe, Jane <jane@school.example>", []Address{{"Tran, Kim", "kim@school.example"}, {"Roe, Jane", "jane@school.example"}}},
		{"a@x.example; b@x.example", []Address{{"", "a@x.example"}, {"", "b@x.example"}}},
		{"a@x.example, b@x.example,", []Address{{"", "a@x.example"}, {"", "b@x.example"}}},
		{"kim@school.example (Kim Tran)", []Address{{"Kim Tran", "kim@school.example"}}},
		{"Kim (the (one)) Tran <kim@school.example>", []Address{{"Kim Tran", "kim@school.example"}}},
		{"undisclosed-recipients:;", nil},
		{"Team: a@x.example, B <b@x.example>; c@x.example", []Address{{"", "a@x.example"}, {"B", "b@x.example"}, {"", "c@x.example"}}},
		{"=?utf-8?Q?Jos=C3=A9_Pe=C3=B1a?= <jose@x.example>", []Address{{"José Peña", "jose@x.example"}}},
		{`"=?utf-8?B?Sm9zw6k=?=" <jose@x.example>`, []Address{{"José", "jose@x.example"}}},
		{"=?utf-8?Q?Doe=2C_John?= <j@x.example>", []Address{{"Doe, John", "j@x.example"}}},
		{"=?utf-8?Q?John_=3Cj=40x.example=3E?=", []Address{{"John", "j@x.example"}}},
		{"'kim@school.example' <kim@school.example>", []Address{{"", "kim@school.example"}}},
		{"Kim Tran kim@school.example", []Address{{"Kim Tran", "kim@school.example"}}},
		{"Kim Tran <kim@school.example", []Address{{"Kim Tran", "kim@school.example"}}},
		{"Kim Tran <<kim@school.example>>", []Address{{"Kim Tran", "kim@school.example"}}},
		{`Kim "The Fixer" Tran <kim@school.example>`, []Address{{"Kim The Fixer Tran", "kim@school.example"}}},
		{`"Kim <kim@school.example>`, []Address{{"Kim", "kim@school.example"}}},
		{"<mailto:kim@school.example>", []Address{{"", "kim@school.example"}}},
		{"mailto:kim@school.example", []Address{{"", "kim@school.example"}}},
		{"<@relay.example,@b.example:kim@school.example>", []Address{{"", "kim@school.example"}}},
		{"Someone", []Address{{"Someone", ""}}},
		{"Moderator <moderator>", []Address{{"Moderator", "moderator"}}},
		{"kim @ school.example", []Address{{"", "kim@school.example"}}},
		{"<>", nil},
		{", ,;", nil},
	}
	for _, tt := range tests {
		if got := parseAddresses(tt.in); !cmp.Equal(got, tt.want) {
			t.Errorf("parseAddresses(%q)\n got %q\nwant %q", tt.in, got, tt.want)
		}
	}
}

func TestParseDate(t *testing.T) {
	tests := []struct{ in, want string }{
		{"Mon, 23 Nov 2026 14:05:28 -0600", "2026-11-23T14:05:28-06:00"},
		{"23 Nov 2026 14:05 +0100", "2026-11-23T14:05:00+01:00"},
		{"Mon, 23 Nov 26 14:05:28 CST", "2026-11-23T14:05:28-06:00"},
		{"Mon, 23 Nov 1998 14:05:28 GMT", "1998-11-23T14:05:28Z"},
		{"Mon, 23 Nov 98 14:05:28 EDT", "1998-11-23T14:05:28-04:00"},
		{"Mon Nov 23 14:05:28 2026", "2026-11-23T14:05:28Z"},
		{"Mon, 23 Nov 2026 14:05:28 -0600 (Central Standard Time)", "2026-11-23T14:05:28-06:00"},
		{"Mon, 23 Nov 2026 14:05:28 GMT-0600", "2026-11-23T14:05:28-06:00"},
		{"2026-11-23T14:05:28Z", "2026-11-23T14:05:28Z"},
		{"2026-11-23 14:05:28 +0200", "2026-11-23T14:05:28+02:00"},
		{"23-Nov-2026 14:05:28 +0000", "2026-11-23T14:05:28Z"},
		{"Mo, 23 Dez 2026 14:05:28 +0100", "2026-12-23T14:05:28+01:00"},
		{"Mon, 23 Nov 2026 2:05:28 PM -0600", "2026-11-23T14:05:28-06:00"},
		{"Mon, 23 Nov 2026 23:59:60 +0000", "2026-11-23T23:59:59Z"},
		{"Mon, 23 Nov 2026 14:05:28.123 +0000", "2026-11-23T14:05:28Z"},
		{"Mon, 23 Nov 2026 14:05:28 +9900", "2026-11-23T14:05:28Z"},
		{"29-04-2026 23:34", "2026-04-29T23:34:00Z"},
		{"04/29/2026 23:34 +0200", "2026-04-29T23:34:00+02:00"},
		{"04/05/2026 23:34", ""},
		{"Mon, 31 Feb 2026 10:00:00 +0000", ""},
		{"Mon, 23 Nov 2026 25:00:00 +0000", ""},
		{"Mon, 23 Nov 2026 10:77:00 +0000", ""},
		{"Mon, 23 Nov 1492 10:00:00 +0000", ""},
		{"yesterday", ""},
		{"", ""},
		{"::", ""},
		{"- - -", ""},
	}
	for _, tt := range tests {
		got, ok := parseDate(tt.in)
		s := ""
		if ok {
			s = got.Format(time.RFC3339)
		}
		if s != tt.want {
			t.Errorf("parseDate(%q) = %q, want %q", tt.in, s, tt.want)
		}
	}
}

func TestParseIDs(t *testing.T) {
	tests := []struct {
		in   string
		want []string
	}{
		{"<a@b.example>", []string{"a@b.example"}},
		{"<a@b.example><c@d.example>\t<e@f.example>", []string{"a@b.example", "c@d.example", "e@f.example"}},
		{"<a@b .example>", []string{"a@b.example"}},
		{"a@b.example", []string{"a@b.example"}},
		{"Message from kim of Monday <a@b.example>", []string{"a@b.example"}},
		{"<a@b.example <c@d.example>", []string{"a@b.example", "c@d.example"}},
		{"<a@b.example", []string{"a@b.example"}},
		{"<>", nil},
		{"your message of today", nil},
		{"<\x01a@b.example>", nil},
		{"<" + strings.Repeat("x", 2000) + ">", nil},
	}
	for _, tt := range tests {
		if got := parseIDs(tt.in); !cmp.Equal(got, tt.want) {
			t.Errorf("parseIDs(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
	if got := firstID("20261123140528.no-at"); got != "20261123140528.no-at" {
		t.Errorf("an ID without @ and brackets is lost: %q", got)
	}
}

func TestReferencesKeepTheNewest(t *testing.T) {
	var refs strings.Builder
	for i := range 300 {
		refs.WriteString("<" + itoa(i) + "@x.example> ")
	}
	m := Parse([]byte("From: a@b.example\r\nReferences: " + refs.String() + "\r\n\r\nhi"))
	if len(m.References) != 200 || m.References[199] != "299@x.example" || m.References[0] != "100@x.example" {
		t.Errorf("got %d references, from %q to %q", len(m.References), m.References[0], m.References[len(m.References)-1])
	}
}

func TestDecodeWords(t *testing.T) {
	tests := []struct{ in, want string }{
		{"plain", "plain"},
		{"=?utf-8?q?caf=C3=A9?=", "café"},
		{"=?UTF-8?B?Y2Fmw6k=?= bar", "café bar"},
		{"=?utf-8?q?a?= =?utf-8?q?b?=", "ab"},
		{"=?utf-8?q?a?=  \t =?iso-8859-1?q?=E9?=", "aé"},
		{"=?utf-8?q?a?= b =?utf-8?q?c?=", "a b c"},
		{"=?utf-8?q?=C3?= =?utf-8?q?=A9?=", "é"},
		{"=?utf-8*en?q?hello_there?=", "hello there"},
		{"glued=?utf-8?q?=C3=A9?=here", "gluedéhere"},
		{"=?utf-8?q?with raw spaces?=", "with raw spaces"},
		{"=?x-nonsense?q?still_readable?= =?utf-8?q?and_this?=", "still readableand this"},
		{"=?utf-8?x?what?=", "=?utf-8?x?what?="},
		{"=?utf-8?q?cut off", "cut off"},
		{"=?utf-8?q?bad=ZZescape?=", "bad=ZZescape"},
		{"=?utf-7?q?+AOk-?=", "é"},
		{"=?iso-2022-jp?b?GyRCJDMkcyRLJEEkTxsoQg==?=", "こんにちは"},
		{"=?koi8-r?q?=D0=D2=C9=D7=C5=D4?=", "привет"},
		{"=?", "=?"}, {"=??=", "=??="}, {"=?a?b?", "=?a?b?"},
	}
	for _, tt := range tests {
		if got := decodeWords(tt.in); got != tt.want {
			t.Errorf("decodeWords(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
}

func TestParseParams(t *testing.T) {
	tests := []struct {
		in, value string
		params    map[string]string
	}{
		{"text/plain", "text/plain", nil},
		{"Text/HTML; charset=UTF-8", "text/html", map[string]string{"charset": "UTF-8"}},
		{`text/plain; charset="utf-8"; format=flowed`, "text/plain", map[string]string{"charset": "utf-8", "format": "flowed"}},
		{"text/plain; charset=us-ascii (Plain text)", "text/plain", map[string]string{"charset": "us-ascii"}},
		{"text/plain charset=utf-8", "text/plain", map[string]string{"charset": "utf-8"}},
		{"image/png; name=my photo.png", "image/png", map[string]string{"name": "my photo.png"}},
		{"attachment; filename=my photo.png size=3", "attachment", map[string]string{"filename": "my photo.png", "size": "3"}},
		{`attachment; filename="a;b.txt"`, "attachment", map[string]string{"filename": "a;b.txt"}},
		{`attachment; filename="a\"b.txt"`, "attachment", map[string]string{"filename": `a"b.txt`}},
		{`attachment; filename="open.txt`, "attachment", map[string]string{"filename": "open.txt"}},
		{"attachment; filename*=utf-8'en'caf%C3%A9.txt", "attachment", map[string]string{"filename": "café.txt"}},
		{"attachment; filename=plain.txt; filename*=utf-8''caf%C3%A9.txt", "attachment", map[string]string{"filename": "café.txt"}},
		{`attachment; filename*1="b.txt"; filename*0="a-"`, "attachment", map[string]string{"filename": "a-b.txt"}},
		{"attachment; filename*0*=iso-8859-1''caf%E9; filename*1*=%E9.txt", "attachment", map[string]string{"filename": "caféé.txt"}},
		{`attachment; filename="=?utf-8?Q?caf=C3=A9.txt?="`, "attachment", map[string]string{"filename": "café.txt"}},
		{"multipart/mixed; boundary=a=_b", "multipart/mixed", map[string]string{"boundary": "a=_b"}},
		{"multipart/mixed; boundary=one; boundary=two", "multipart/mixed", map[string]string{"boundary": "one"}},
	}
	for _, tt := range tests {
		value, params := parseParams(tt.in)
		if value != tt.value || !cmp.Equal(params, tt.params) {
			t.Errorf("parseParams(%q)\n got %q %q\nwant %q %q", tt.in, value, params, tt.value, tt.params)
		}
	}
}

func TestFileName(t *testing.T) {
	tests := []struct{ in, want string }{
		{"a.txt", "a.txt"}, {`C:\Users\kim\a.txt`, "a.txt"}, {"../../etc/passwd", "passwd"}, {"..", ""}, {"a\x00b\n.txt", "ab .txt"},
		{strings.Repeat("x", 500) + ".docx", strings.Repeat("x", 195) + ".docx"},
	}
	for _, tt := range tests {
		if got := fileName(tt.in); got != tt.want {
			t.Errorf("fileName(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
}
