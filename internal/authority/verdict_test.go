package authority

import (
	"strings"
	"testing"

	"triaged/internal/message"
)

// header builds a header from lines "Name: value", topmost first.
func header(lines ...string) message.Header {
	var h message.Header
	for _, l := range lines {
		name, value, _ := strings.Cut(l, ": ")
		h = append(h, message.Field{Name: name, Value: value})
	}
	return h
}

const (
	mx   = "mx.school.example"
	ar   = "Authentication-Results: "
	pass = ar + mx + "; dkim=pass header.d=school.example header.s=s1; dmarc=pass (p=reject) header.from=school.example"
	fail = ar + mx + "; dkim=none; dmarc=fail (p=none dis=none) header.from=school.example"
)

func TestJudge(t *testing.T) {
	tests := []struct {
		name   string
		preset Preset
		header message.Header
		dmarc  Result
		dkim   bool
		inside bool
	}{
		{"DMARC pass", Authserv, header(pass), Pass, true, false},
		{"DMARC fail", Authserv, header(fail), Fail, false, false},
		{"nothing", Authserv, header("Subject: x"), Unknown, false, false},
		{"no results", Authserv, header(ar + mx + "; none"), Unknown, false, false},
		{"a version", Authserv, header(ar + mx + " 1; dmarc/1=pass header.from=school.example"), Pass, false, false},
		{"capitals", Authserv, header("authentication-results: MX.School.Example; DMARC=Pass header.from=School.Example"), Pass, false, false},
		{"spaces and comments", Authserv, header(ar + mx + " (srv) ; dmarc = pass (x(y)z) header.from = school.example"), Pass, false, false},
		{"folded", Authserv, header(ar + mx + ";\r\n\tdmarc=pass\r\n header.from=school.example"), Pass, false, false},
		{"DKIM alone, aligned", Authserv, header(ar + mx + "; dkim=pass header.d=school.example"), Unknown, true, false},
		{"DKIM aligned by organisation", Authserv, header(ar + mx + "; dkim=pass header.d=mail.school.example"), Unknown, true, false},
		{"DKIM by identity", Authserv, header(ar + mx + "; dkim=pass header.i=@school.example"), Unknown, true, false},
		{"DKIM of a mass mailer", Authserv, header(ar + mx + "; dkim=pass header.d=mailer.example"), Unknown, false, false},
		{"DKIM of a public suffix", Authserv, header(ar + mx + "; dkim=pass header.d=example"), Unknown, false, false},
		{"DKIM of the last of several", Authserv, header(ar + mx + "; dkim=fail header.d=school.example; dkim=pass header.d=school.example"), Unknown, true, false},
		{"DKIM fail", Authserv, header(ar + mx + "; dkim=fail header.d=school.example"), Unknown, false, false},
		{"SPF alone", Authserv, header(ar + mx + "; spf=pass smtp.mailfrom=school.example"), Unknown, false, false},
		{"DMARC pass for another domain", Authserv, header(ar + mx + "; dmarc=pass header.from=evil.example"), Unknown, false, false},
		{"DMARC pass for a subdomain", Authserv, header(ar + mx + "; dmarc=pass header.from=x.school.example"), Unknown, false, false},
		{"DMARC pass for nobody", Authserv, header(ar + mx + "; dmarc=pass"), Unknown, false, false},
		{"DMARC fail for another domain", Authserv, header(ar + mx + "; dmarc=fail header.from=evil.example"), Fail, false, false},
		{"pass and fail", Authserv, header(ar + mx + "; dmarc=pass header.from=school.example; dmarc=fail header.from=school.example"), Fail, false, false},
		{"DMARC cannot tell", Authserv, header(ar + mx + "; dmarc=temperror header.from=school.example"), Unknown, false, false},
		{"Microsoft's best guess", Microsoft365, header(ar + "dmarc=bestguesspass action=none header.from=school.example"), Unknown, false, false},

		// what senders inject
		{"another authserv-id", Authserv, header(ar + "evil.example; dmarc=pass header.from=school.example"), Unknown, false, false},
		{"the trusted id's prefix", Authserv, header(ar + mx + ".evil.example; dmarc=pass header.from=school.example"), Unknown, false, false},
		{"injected below the server's own", Authserv, header(fail, pass), Fail, false, false},
		{"injected below one that says nothing", Authserv, header(ar+mx+"; none", pass), Unknown, false, false},
		{"injected below one that cannot be read", Authserv, header(ar+mx+"; dmarc=fail (open", pass), Unknown, false, false},
		{"below another server's", Authserv, header(ar+"filter.example; dmarc=none", pass), Pass, true, false},
		{"id in a comment", Authserv, header(ar + "(" + mx + ") evil.example; dmarc=pass header.from=school.example"), Unknown, false, false},
		{"id behind a comment", Authserv, header(ar + "(x) " + mx + "; dmarc=pass header.from=school.example"), Unknown, false, false},
		{"id in quotes", Authserv, header(ar + `"` + mx + `"; dmarc=pass header.from=school.example`), Unknown, false, false},
		{"a result in a comment", Authserv, header(ar + mx + "; spf=fail (x; dmarc=pass header.from=school.example ) smtp.mailfrom=x"), Unknown, false, false},
		{"a result in a quoted string", Authserv, header(ar + mx + `; spf=fail smtp.mailfrom="x; dmarc=pass header.from=school.example "@y`), Unknown, false, false},
		{"a result behind an escaped quote", Authserv, header(ar + mx + `; spf=fail smtp.mailfrom="x\"; dmarc=pass header.from=school.example; y"@y`), Unknown, false, false},
		{"a result behind an escaped bracket", Authserv, header(ar + mx + `; spf=fail (x\) ; dmarc=pass header.from=school.example)`), Unknown, false, false},
		{"a comment without end", Authserv, header(ar + mx + "; (dmarc=pass header.from=school.example"), Unknown, false, false},
		{"a second domain", Authserv, header(ar + mx + `; dmarc=pass header.from=evil.example reason="header.from=school.example"`), Unknown, false, false},
		{"a NUL", Authserv, header(ar + mx + "; dmarc=pass header.from=school.example\x00"), Unknown, false, false},
		{"ARC results", Authserv, header("ARC-Authentication-Results: i=1; " + mx + "; dmarc=pass header.from=school.example"), Unknown, false, false},
		{"a field of 20 KB", Authserv, header(ar + mx + "; x=" + strings.Repeat("y", 20_000) + "; dmarc=pass header.from=school.example"), Unknown, false, false},

		{"Google's own", Google, header(ar + "mx.google.com; dkim=pass header.i=@school.example header.s=s header.b=x; spf=pass (google.com: domain of kim@school.example designates 192.0.2.1 as permitted sender) smtp.mailfrom=kim@school.example; dmarc=pass (p=REJECT sp=REJECT dis=NONE) header.from=school.example"), Pass, true, false},
		{"Google's, at a desk that trusts another", Authserv, header(ar + "mx.google.com; dmarc=pass header.from=school.example"), Unknown, false, false},
		{"Google's preset, another's results", Google, header(pass), Unknown, false, false},

		{"Microsoft's own", Microsoft365, header(ar + "spf=pass (sender IP is 192.0.2.1) smtp.mailfrom=school.example; dkim=pass (signature was verified) header.d=school.example;dmarc=pass action=none header.from=school.example;compauth=pass reason=100"), Pass, true, false},
		{"Microsoft's fail", Microsoft365, header(ar + "spf=none; dkim=none;dmarc=fail action=none header.from=school.example"), Fail, false, false},
		{"Microsoft's form at another desk", Authserv, header(ar + "spf=pass; dmarc=pass action=none header.from=school.example"), Unknown, false, false},
		{"Microsoft's form below another server's", Microsoft365, header(ar+"evil.example; dmarc=none", ar+"spf=pass; dmarc=pass action=none header.from=school.example"), Unknown, false, false},
		{"injected below Microsoft's", Microsoft365, header(ar+"spf=fail; dmarc=none action=none header.from=school.example", ar+"spf=pass; dmarc=pass action=none header.from=school.example"), Unknown, false, false},
		{"Microsoft: inside", Microsoft365, header("X-MS-Exchange-Organization-AuthAs: Internal"), Unknown, false, true},
		{"Microsoft: outside", Microsoft365, header("X-MS-Exchange-Organization-AuthAs: Anonymous"), Unknown, false, false},
		{"Microsoft: both", Microsoft365, header("X-MS-Exchange-Organization-AuthAs: Anonymous", "X-MS-Exchange-Organization-AuthAs: Internal"), Unknown, false, false},
		{"inside, says an outsider to another desk", Authserv, header("X-MS-Exchange-Organization-AuthAs: Internal"), Unknown, false, false},
		{"inside, says an outsider to Google", Google, header("X-MS-Exchange-Organization-AuthAs: Internal"), Unknown, false, false},
	}
	for _, tt := range tests {
		v := Judge(tt.header, tt.preset, mx, "school.example")
		if v.DMARC != tt.dmarc || v.DKIM != tt.dkim || v.Internal != tt.inside {
			t.Errorf("%s: %+v, want DMARC %q, DKIM %v, internal %v", tt.name, v, tt.dmarc, tt.dkim, tt.inside)
		}
		if v.Reason == "" {
			t.Errorf("%s: no reason", tt.name)
		}
	}
}

func TestJudgeTrustsNobodyByDefault(t *testing.T) {
	if v := Judge(header(pass, ar+"; dmarc=pass header.from=school.example"), Authserv, "", "school.example"); v.DMARC != Unknown || v.DKIM {
		t.Errorf("%+v", v)
	}
	if v := Judge(header(ar+mx+"; dmarc=pass header.from=; dkim=pass header.d="), Authserv, mx, ""); v.DMARC != Unknown || v.DKIM {
		t.Errorf("%+v", v)
	}
}

// FuzzJudge shows that nothing which a sender writes into places that the server repeats, or into fields below the
// server's own, turns a failure into a pass.
func FuzzJudge(f *testing.F) {
	f.Add("kim@school.example", ar+mx+"; dmarc=pass header.from=school.example", uint8(0))
	f.Add(`x\"; dmarc=pass header.from=school.example; "`, "", uint8(1))
	f.Add(`x\); dmarc=pass header.from=school.example; (`, "", uint8(2))
	f.Fuzz(func(t *testing.T, said, injected string, preset uint8) {
		name := []Preset{Authserv, Google, Microsoft365}[preset%3]
		id := map[Preset]string{Authserv: mx + "; ", Google: "mx.google.com; ", Microsoft365: ""}[name]
		quoted := strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(said)
		comment := strings.NewReplacer(`\`, `\\`, `(`, `\(`, `)`, `\)`).Replace(said)
		own := ar + id + `spf=fail (` + comment + `) smtp.mailfrom="` + quoted + `"; dmarc=fail header.from=school.example`
		v := Judge(header(own, ar+injected, injected), name, mx, "school.example")
		if v.DMARC == Pass || v.DKIM {
			t.Fatalf("%q, %q: %+v", said, injected, v)
		}
		Judge(header(ar+said, injected), name, mx, injected)
	})
}
