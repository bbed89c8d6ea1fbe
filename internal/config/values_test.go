package config

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"math"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestSecretIsNeverPrinted(t *testing.T) {
	const word = "hunter2"
	type holder struct {
		Plain   Secret
		Pointer *Secret
		Inside  Login
	}
	s := NewSecret(word)
	h := holder{s, &s, Login{Password: s}}
	var logged strings.Builder
	log := slog.New(slog.NewTextHandler(&logged, nil))
	log.Info("x", "secret", s, "holder", h)
	slog.New(slog.NewJSONHandler(&logged, nil)).Info("x", "secret", s, "holder", h)
	printed := logged.String()
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%c", "%U", "%t", "%08.3f"} {
		printed += fmt.Sprintf(verb, s) + fmt.Sprintf(verb, &s) + fmt.Sprintf(verb, h) + fmt.Sprintf(verb, []Secret{s}) +
			fmt.Sprintf(verb, map[Secret]Secret{s: s})
	}
	j, err := json.Marshal(map[string]any{"a": s, "b": h, "c": []any{&s}})
	if err != nil {
		t.Fatal(err)
	}
	printed += string(j) + fmt.Sprint(fmt.Errorf("no: %w, %v", fmt.Errorf("%v", s), h))
	for _, form := range []string{word, fmt.Sprintf("%x", word), fmt.Sprintf("%X", word), fmt.Sprintf("%d", []byte(word)), fmt.Sprintf("%c", []byte(word))} {
		if strings.Contains(printed, form) {
			t.Errorf("the secret shows as %q in %s", form, printed)
		}
	}
	if s.Reveal() != word || s.String() != "(secret)" || string(j[:15]) != `{"a":"(secret)"` {
		t.Errorf("%q, %v, %s", s.Reveal(), s, j)
	}
}

func TestParseDuration(t *testing.T) {
	for in, want := range map[string]time.Duration{
		"90s": 90 * time.Second, "24h": 24 * time.Hour, "5d": 120 * time.Hour, "1d12h": 36 * time.Hour, "1h30m": 90 * time.Minute,
		"0s": 0, "0": 0, "0d": 0, "1.5h": 90 * time.Minute, "1ms": time.Millisecond, "2d0s": 48 * time.Hour,
	} {
		if d, err := ParseDuration(in); err != nil || d.D() != want {
			t.Errorf("%q is %v, %v", in, d, err)
		}
	}
	for _, in := range []string{"", "d", "5", "-1h", "+1h", "1d-1h", "1d+1h", "1h1d", "-1d", "1 day", "1w", "1d1d", "99999d",
		"65535d2000000h", "9223372036s9223372036s9223372036s"} {
		if d, err := ParseDuration(in); err == nil {
			t.Errorf("%q is %v", in, d)
		}
	}
}

func TestDurationRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		unit := rapid.SampledFrom([]time.Duration{1, time.Millisecond, time.Second, time.Minute, time.Hour, day}).Draw(t, "unit")
		d := Duration(time.Duration(rapid.Int64Range(0, min(60_000, math.MaxInt64/int64(unit))).Draw(t, "n")) * unit)
		text, err := d.MarshalText()
		if err != nil {
			t.Fatal(err)
		}
		var back Duration
		if err := back.UnmarshalText(text); err != nil || back != d {
			t.Fatalf("%d is written %s and read %d, %v", d, text, back, err)
		}
	})
}

func TestDurationsReadWell(t *testing.T) {
	for d, want := range map[time.Duration]string{
		24 * time.Hour: "24h", 120 * time.Hour: "5d", 36 * time.Hour: "36h", 90 * time.Minute: "1h30m", time.Minute: "1m",
		0: "0s", 2 * time.Hour: "2h", 30 * time.Second: "30s", 61 * time.Second: "1m1s",
	} {
		if got := Duration(d).String(); got != want {
			t.Errorf("%v is written %s, want %s", d, got, want)
		}
	}
}

func TestParseSize(t *testing.T) {
	for in, want := range map[string]Size{
		"30MiB": 30 << 20, "30 MiB": 30 << 20, "30mib": 30 << 20, "1GiB": 1 << 30, "64KiB": 64 << 10, "10MB": 10e6, "5kB": 5e3,
		"100B": 100, "100": 100, "0": 0, "8589934591GiB": 8589934591 << 30,
	} {
		if s, err := ParseSize(in); err != nil || s != want {
			t.Errorf("%q is %v, %v", in, s, err)
		}
	}
	for _, in := range []string{"", "MiB", "-1MiB", "1.5MiB", "1TiB", "8589934592GiB", "99999999999999999999", "1 0MiB", "1Mi", "1M"} {
		if s, err := ParseSize(in); err == nil {
			t.Errorf("%q is %v", in, s)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		s := Size(rapid.Int64Min(0).Draw(t, "bytes"))
		if back, err := ParseSize(s.String()); err != nil || back != s {
			t.Fatalf("%d is written %s and read %d, %v", s, s, back, err)
		}
	})
}

func TestParseRate(t *testing.T) {
	for in, want := range map[string]Rate{
		"10/1h": {10, Duration(time.Hour)}, "20/24h": {20, Duration(24 * time.Hour)}, "1/7d": {1, Duration(7 * day)},
	} {
		r, err := ParseRate(in)
		if err != nil || r != want || r.String() != in {
			t.Errorf("%q is %v, %v", in, r, err)
		}
	}
	for _, in := range []string{"", "10", "/1h", "10/", "0/1h", "-1/1h", "10/0s", "10/1ms", "10/1h/1h", "10 / 1h", "1e3/1h", "10/h"} {
		if r, err := ParseRate(in); err == nil {
			t.Errorf("%q is %v", in, r)
		}
	}
}
