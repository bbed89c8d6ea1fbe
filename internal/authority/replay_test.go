package authority

import (
	"testing"
	"time"
)

// TestReplays sends mails again that once were signed and passed, or pieces them together anew.
func TestReplays(t *testing.T) {
	const sound = "DKIM-Signature: v=1; a=rsa-sha256; d=school.example; s=a;\r\n h=from:to:\r\n subject:date:message-id; bh=x; b=y"
	day := 24 * time.Hour
	for name, test := range map[string]struct {
		header []string
		age    time.Duration // from its date to its receipt
		dated  bool
		proven bool
	}{
		"written just now":                          {[]string{sound}, time.Minute, true, true},
		"written before a long weekend's outage":    {[]string{sound}, 2 * day, true, true},
		"a clock that runs ahead":                   {[]string{sound}, -2 * time.Hour, true, true},
		"no signature, by the sending server alone": {nil, time.Minute, true, true},
		"no signature and no date":                  {nil, 0, false, true},
		"somebody else's open signature":            {[]string{sound, "DKIM-Signature: d=list.example; h=from; l=10"}, time.Minute, true, true},

		"a month old":                                                      {[]string{sound}, 30 * day, true, false},
		"four days old, by no signature":                                   {nil, 4 * day, true, false},
		"dated ahead, to be kept":                                          {[]string{sound}, -300 * day, true, false},
		"signed without a date":                                            {[]string{sound}, 0, false, false},
		"a second subject on top":                                          {[]string{"Subject: #1-1", "Subject: Lunch", sound}, time.Minute, true, false},
		"a second date on top":                                             {[]string{"Date: x", "Date: y", sound}, time.Minute, true, false},
		"a second type, that makes another text of it":                     {[]string{"Content-Type: text/html", "content-type : text/plain", sound}, time.Minute, true, false},
		"text added behind the signed length":                              {[]string{"DKIM-Signature: d=school.example; h=from:date:subject; l=120"}, time.Minute, true, false},
		"a date that is not signed":                                        {[]string{"DKIM-Signature: d=mail.school.example; h=From : To : Subject"}, time.Minute, true, false},
		"a subject that is not signed":                                     {[]string{"DKIM-Signature: D=x; d=SCHOOL.example; h=from:date"}, time.Minute, true, false},
		"a sound signature of the attacker's invention beside an open one": {[]string{sound, "DKIM-Signature: d=school.example; h=from:date:subject; l=1"}, time.Minute, true, false},
	} {
		c := Claim{Header: header(append(test.header, pass)...), Froms: from("kim@school.example"), Received: now}
		if test.dated {
			c.Date = now.Add(-test.age)
		}
		strict := Policy{Mode: TokenOrDMARC, Instance: "desk", Preset: Authserv, AuthservID: mx}
		got := Prove(c, strict, ring, testRoster(), now)
		if got.Proven != test.proven || got.Failed || got.Why == "" {
			t.Errorf("%s: %+v", name, got)
		}
		strict.Mode = FromAlone
		if got := Prove(c, strict, ring, testRoster(), now); !got.Proven {
			t.Errorf("%s, where any From is believed: %+v", name, got)
		}
	}
}
