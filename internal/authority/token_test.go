package authority

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var now = time.Date(2026, 3, 4, 15, 0, 0, 0, time.UTC)

func key(id uint8) Key {
	k := Key{ID: id}
	for i := range k.Secret {
		k.Secret[i] = byte(i) * (id + 1)
	}
	return k
}

var ring = Keys{key(2), key(1)}

func TestTokenIsBoundToEverything(t *testing.T) {
	token := Token{"desk-1", "Kim@School.example", 12, 4711, DayOf(now)}
	id := ring.MessageID(token, "school.example")
	kim := []string{"kim@school.example"}
	old := Keys{key(1)}.MessageID(token, "school.example")
	late := token
	late.IssuedDay = DayOf(now) - 401
	early := token
	early.IssuedDay = DayOf(now) + 2
	tests := []struct {
		name, id, instance string
		ring               Keys
		audiences          []string
		now                time.Time
		reason             string
	}{
		{"as sent", id, "desk-1", ring, kim, now, ""},
		{"in brackets", "<" + id + ">", "desk-1", ring, kim, now, ""},
		{"capitals", strings.ToUpper(id), "desk-1", ring, kim, now, ""},
		{"another domain: services replace it", strings.Replace(id, "school", "elsewhere", 1), "desk-1", ring, kim, now, ""},
		{"one of several audiences", id, "desk-1", ring, []string{"x@y.example", "KIM@school.example"}, now, ""},
		{"an old key of the ring", old, "desk-1", ring, kim, now, ""},
		{"400 days later", id, "desk-1", ring, kim, now.AddDate(0, 0, 400), ""},
		{"401 days later", id, "desk-1", ring, kim, now.AddDate(0, 0, 401), expired},
		{"issued 401 days ago", ring.MessageID(late, "x"), "desk-1", ring, kim, now, expired},
		{"from the future", ring.MessageID(early, "x"), "desk-1", ring, kim, now, tooEarly},
		{"another desk", id, "desk-2", ring, kim, now, forged},
		{"somebody else", id, "desk-1", ring, []string{"lee@school.example"}, now, forged},
		{"nobody", id, "desk-1", ring, nil, now, forged},
		{"another request", strings.Replace(id, "sr12.", "sr13.", 1), "desk-1", ring, kim, now, forged},
		{"a key not in the ring", id, "desk-1", Keys{key(1)}, kim, now, unknownKey},
		{"the key's number with another secret", id, "desk-1", Keys{{ID: 2, Secret: key(9).Secret}}, kim, now, forged},
		{"an empty key", id, "desk-1", Keys{{ID: 2}}, kim, now, unknownKey},
		{"a leading zero", strings.Replace(id, "sr12.", "sr012.", 1), "desk-1", ring, kim, now, notOurs},
		{"a negative request", strings.Replace(id, "sr12.", "sr-12.", 1), "desk-1", ring, kim, now, notOurs},
		{"no domain", "sr12.abc.def", "desk-1", ring, kim, now, notOurs},
		{"cut short", id[:30] + "@x", "desk-1", ring, kim, now, notOurs},
		{"somebody's Message-ID", "CAF=abc@mail.gmail.com", "desk-1", ring, kim, now, notOurs},
		{"empty", "", "desk-1", ring, kim, now, notOurs},
	}
	for _, tt := range tests {
		got, reason := tt.ring.Verify(tt.id, tt.instance, tt.audiences, tt.now)
		if reason != tt.reason {
			t.Errorf("%s: reason %q, want %q", tt.name, reason, tt.reason)
		}
		if want := (Token{"desk-1", "kim@school.example", 12, 4711, DayOf(now)}); reason == "" && got != want {
			t.Errorf("%s: %+v", tt.name, got)
		}
	}
}

func TestLinkIsBoundToEverything(t *testing.T) {
	link := Link{"desk-1", "kim@school.example", 12, 99, DayOf(now)}
	key := ring.LinkKey(link)
	tests := []struct {
		name, key, instance, recipient string
		request                        int64
		now                            time.Time
		reason                         string
	}{
		{"as sent", key, "desk-1", "Kim@school.example", 12, now, ""},
		{"capitals", strings.ToUpper(key), "desk-1", "kim@school.example", 12, now, ""},
		{"another desk", key, "desk-2", "kim@school.example", 12, now, forged},
		{"somebody else", key, "desk-1", "lee@school.example", 12, now, forged},
		{"another request", key, "desk-1", "kim@school.example", 13, now, forged},
		{"too late", key, "desk-1", "kim@school.example", 12, now.AddDate(0, 0, 401), expired},
		{"nobody", key, "desk-1", "", 12, now, notAKey},
		{"no key", "abc", "desk-1", "kim@school.example", 12, now, notAKey},
		{"a token's code in a key's place", encoding.EncodeToString(append(pack(2, DayOf(now), 99),
			ring[0].code(tokenUse, "desk-1", "kim@school.example", 12, pack(2, DayOf(now), 99))...)), "desk-1", "kim@school.example", 12, now, forged},
	}
	for _, tt := range tests {
		got, reason := ring.CheckLink(tt.key, tt.instance, tt.recipient, tt.request, tt.now)
		if reason != tt.reason || reason == "" && got != link {
			t.Errorf("%s: %+v, reason %q, want %q", tt.name, got, reason, tt.reason)
		}
	}
}

func TestSecretsStayOutOfLogs(t *testing.T) {
	for _, form := range []string{"%v", "%+v", "%#v", "%s"} {
		if got := fmt.Sprintf(form, ring); strings.Contains(got, "4") || !strings.Contains(got, "key 2") {
			t.Errorf("%s prints %s", form, got)
		}
	}
}

func drawToken(t *rapid.T) Token {
	return Token{
		Instance:  rapid.String().Draw(t, "instance"),
		Audience:  rapid.StringMatching(`[a-z+.]{1,20}@[a-z]{1,20}\.example`).Draw(t, "audience"),
		Request:   rapid.Int64Range(0, math.MaxInt64).Draw(t, "request"),
		Nonce:     rapid.Uint64().Draw(t, "nonce"),
		IssuedDay: DayOf(now) - Day(rapid.IntRange(0, Lifetime).Draw(t, "age")),
	}
}

func TestTokensComeBackAndBearNoChange(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		token := drawToken(t)
		id := ring.MessageID(token, "x")
		local, _, _ := strings.Cut(id, "@")
		if len(local) > 64 || strings.Trim(local, "abcdefghijklmnopqrstuvwxyz0123456789.") != "" {
			t.Fatalf("%q is no safe local part", local)
		}
		if got, reason := ring.Verify(id, token.Instance, []string{token.Audience}, now); got != token || reason != "" {
			t.Fatalf("%+v came back as %+v, %s", token, got, reason)
		}
		link := Link{token.Instance, token.Audience, token.Request, token.Nonce, token.IssuedDay}
		key := ring.LinkKey(link)
		if got, reason := ring.CheckLink(key, link.Instance, link.Recipient, link.Request, now); got != link || reason != "" || len(key) > 44 || len(key) < 16 {
			t.Fatalf("%+v came back as %+v, %s (%s)", link, got, reason, key)
		}
		at := rapid.IntRange(0, len(local)-1).Draw(t, "at")
		to := rapid.SampledFrom([]byte("abcdefghijklmnopqrstuvwxyz234567.")).Draw(t, "to")
		if changed := local[:at] + string(to) + local[at+1:]; changed != local {
			if _, reason := ring.Verify(changed+"@x", token.Instance, []string{token.Audience}, now); reason == "" {
				t.Fatalf("%s was changed to %s and is believed", local, changed)
			}
		}
		if key[at%len(key)] != to {
			changed := key[:at%len(key)] + string(to) + key[at%len(key)+1:]
			if _, reason := ring.CheckLink(changed, link.Instance, link.Recipient, link.Request, now); reason == "" {
				t.Fatalf("%s was changed to %s and is believed", key, changed)
			}
		}
	})
}

func FuzzVerify(f *testing.F) {
	f.Add(ring.MessageID(Token{"desk", "kim@school.example", 12, 4711, DayOf(now)}, "x"), "kim@school.example")
	f.Add("sr0..@x", "")
	f.Add("", "")
	f.Fuzz(func(t *testing.T, id, audience string) {
		token, reason := ring.Verify(id, "desk", []string{audience}, now)
		if reason == "" && ring.signedBy(token) != strings.Split(Normalise(id), "@")[0] {
			t.Fatalf("%q is believed as %+v", id, token)
		}
		ring.CheckLink(id, "desk", audience, 12, now)
	})
}

// signedBy writes a token's local part anew with the ring's first key.
func (k Keys) signedBy(t Token) string { return k[0].local(t) }

func BenchmarkVerify(b *testing.B) {
	id := ring.MessageID(Token{"desk", "kim@school.example", 12, 4711, DayOf(now)}, "x")
	audiences := []string{"a@school.example", "b@school.example", "kim@school.example"}
	for b.Loop() {
		ring.Verify(id, "desk", audiences, now)
	}
}
