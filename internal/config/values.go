package config

import (
	"errors"
	"fmt"
	"log/slog"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"triaged/internal/compose"
)

// A Secret is a password or the like. However it is printed, marshalled or logged, it shows as "(secret)"; Reveal alone
// gives it away.
type Secret struct{ value string }

// NewSecret keeps s from being printed.
func NewSecret(s string) Secret { return Secret{s} }

// Reveal returns the secret itself.
func (s Secret) Reveal() string { return s.value }

// IsEmpty tells whether there is no secret.
func (s Secret) IsEmpty() bool { return s.value == "" }

const hidden = "(secret)"

func (s Secret) String() string               { return hidden }
func (s Secret) GoString() string             { return hidden }
func (s Secret) LogValue() slog.Value         { return slog.StringValue(hidden) }
func (s Secret) MarshalJSON() ([]byte, error) { return []byte(`"` + hidden + `"`), nil }
func (s Secret) MarshalText() ([]byte, error) { return []byte(hidden), nil }

// Format covers every verb, those for numbers and bytes too.
func (s Secret) Format(f fmt.State, _ rune) { fmt.Fprint(f, hidden) }

func (s *Secret) setText(text string) error { s.value = text; return nil }

// A Duration is a span of time, written "90s", "24h", "1h30m" or "5d"; a day is 24 hours.
type Duration time.Duration

// D returns it as the standard library's type.
func (d Duration) D() time.Duration { return time.Duration(d) }

const day = 24 * time.Hour

// String writes the form that ParseDuration reads, as people would: "5d", "24h", "1h30m".
func (d Duration) String() string {
	t := time.Duration(d)
	if t >= 2*day && t%day == 0 {
		return strconv.FormatInt(int64(t/day), 10) + "d"
	}
	s := t.String()
	if strings.HasSuffix(s, "m0s") {
		s = s[:len(s)-2]
	}
	if strings.HasSuffix(s, "h0m") {
		s = s[:len(s)-2]
	}
	return s
}

// MarshalText writes the form of String.
func (d Duration) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what ParseDuration reads.
func (d *Duration) UnmarshalText(b []byte) error {
	v, err := ParseDuration(string(b))
	if err != nil {
		return err
	}
	*d = v
	return nil
}

// ParseDuration reads the standard library's form, to which days may be put in front: "5d", "1d12h". Negative spans are
// refused.
func ParseDuration(s string) (Duration, error) {
	days, rest, found := strings.Cut(s, "d")
	var total time.Duration
	if found {
		n, err := strconv.ParseUint(days, 10, 16)
		if err != nil {
			return 0, errDuration(s)
		}
		total, s = time.Duration(n)*day, rest
		if rest == "" {
			return Duration(total), nil
		}
	}
	t, err := time.ParseDuration(s)
	if err != nil || t < 0 || t > math.MaxInt64-total || strings.HasPrefix(s, "-") || strings.HasPrefix(s, "+") {
		return 0, errDuration(s)
	}
	return Duration(total + t), nil
}

func errDuration(s string) error {
	return fmt.Errorf(`%q is not a span of time such as "90s", "24h" or "5d"`, s)
}

// A Size is a number of bytes, written "30MiB", "500 kB" or "1048576".
type Size int64

var sizeUnits = []struct {
	name  string
	bytes int64
}{
	{"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10},
	{"GB", 1e9}, {"MB", 1e6}, {"kB", 1e3}, {"KB", 1e3}, {"B", 1}, {"", 1},
}

// String writes the form that ParseSize reads, in the largest unit that leaves no rest: "30MiB".
func (s Size) String() string {
	for _, u := range sizeUnits {
		if s != 0 && int64(s)%u.bytes == 0 {
			return strconv.FormatInt(int64(s)/u.bytes, 10) + u.name
		}
	}
	return "0B"
}

// MarshalText writes the form of String.
func (s Size) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads what ParseSize reads.
func (s *Size) UnmarshalText(b []byte) error {
	v, err := ParseSize(string(b))
	if err != nil {
		return err
	}
	*s = v
	return nil
}

// ParseSize reads a whole number and a unit: B, kB, MB, GB (powers of 1000) or KiB, MiB, GiB (powers of 1024).
func ParseSize(s string) (Size, error) {
	digits := strings.TrimRight(s, "BKMGbikmg ")
	unit := strings.TrimSpace(s[len(digits):])
	n, err := strconv.ParseUint(digits, 10, 63)
	if err == nil {
		for _, u := range sizeUnits {
			if strings.EqualFold(unit, u.name) && n <= uint64(math.MaxInt64/u.bytes) {
				return Size(int64(n) * u.bytes), nil
			}
		}
	}
	return 0, fmt.Errorf(`%q is not a size such as "30MiB"`, s)
}

// A Rate is at most Count things within any span of Per, written "10/1h".
type Rate struct {
	Count int
	Per   Duration
}

// String writes the form that ParseRate reads.
func (r Rate) String() string { return strconv.Itoa(r.Count) + "/" + r.Per.String() }

// MarshalText writes the form of String.
func (r Rate) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// UnmarshalText reads what ParseRate reads.
func (r *Rate) UnmarshalText(b []byte) error {
	v, err := ParseRate(string(b))
	if err != nil {
		return err
	}
	*r = v
	return nil
}

// ParseRate reads a count from 1 on, a slash and a span of time from 1 s on.
func ParseRate(s string) (Rate, error) {
	count, per, _ := strings.Cut(s, "/")
	n, err := strconv.ParseUint(count, 10, 31)
	d, errPer := ParseDuration(per)
	if err != nil || errPer != nil || n == 0 || d.D() < time.Second {
		return Rate{}, fmt.Errorf(`%q is not a rate such as "10/1h"`, s)
	}
	return Rate{int(n), d}, nil
}

// Share is a part of something in per cent, 0 to 99.
type Share int

// Of is the share as a fraction.
func (s Share) Of() float64 { return float64(s) / 100 }

// String writes "80%".
func (s Share) String() string { return strconv.Itoa(int(s)) + "%" }

// UnmarshalText reads the form of String.
func (s *Share) UnmarshalText(b []byte) error {
	n, err := strconv.ParseUint(strings.TrimSuffix(string(b), "%"), 10, 31)
	if err != nil || n > 99 || !strings.HasSuffix(string(b), "%") {
		return fmt.Errorf("%q is not a share: write one such as \"80%%\", from 0%% to 99%%", b)
	}
	*s = Share(n)
	return nil
}

// ReviewHours are the hours of the day at which a review is due, ascending, 0 to 23.
type ReviewHours []int

// OddHours are 1, 3, … 23, as the procedure asks ("every odd numbered hour", step 4).
func OddHours() ReviewHours {
	return ReviewHours{1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23}
}

// Odd tells whether these are the odd hours.
func (h ReviewHours) Odd() bool { return slices.Equal(h, OddHours()) }

func (h *ReviewHours) setRaw(v any) error {
	switch v := v.(type) {
	case string:
		if v == "odd" {
			*h = OddHours()
			return nil
		}
	case []any:
		var hours ReviewHours
		for _, e := range v {
			n, ok := e.(int64)
			if !ok || n < 0 || n > 23 || slices.Contains(hours, int(n)) {
				return fmt.Errorf("%v is not an hour of the day from 0 to 23, each once", e)
			}
			hours = append(hours, int(n))
		}
		if len(hours) > 0 {
			slices.Sort(hours)
			*h = hours
			return nil
		}
	}
	return errors.New(`must be "odd" or a list of hours such as [7, 9, 11]`)
}

// A choice is a text that is one of a few; its zero value is not among them.
type choice interface{ choices() []string }

// Authority is whose commands run.
type Authority string

// The authorities.
const (
	TokenOrDMARC Authority = "token-or-dmarc"
	FromAlone    Authority = "from"
)

func (Authority) choices() []string { return []string{"token-or-dmarc", "from"} }

// AuthPreset is the form in which a trusted server states its verdict on a sender.
type AuthPreset string

// The presets.
const (
	Authserv     AuthPreset = "authserv"
	Google       AuthPreset = "google"
	Microsoft365 AuthPreset = "microsoft365"
)

func (AuthPreset) choices() []string { return []string{"authserv", "google", "microsoft365"} }

// PlainAnswers is where an answer of the staff without a command goes.
type PlainAnswers string

// The destinations.
const (
	AnswerIsNote      PlainAnswers = "note"
	AnswerToRequester PlainAnswers = "requester"
)

func (PlainAnswers) choices() []string { return []string{"note", "requester"} }

// Security is how a connection is protected.
type Security string

// The securities.
const (
	TLS      Security = "tls"      // from the first byte
	StartTLS Security = "starttls" // before the log-in
	NoTLS    Security = "none"     // loopback only
)

func (Security) choices() []string { return []string{"tls", "starttls", "none"} }

// Start is what the first run takes of the mail that is there already.
type Start string

// The starts.
const (
	StartAll Start = "all"
	StartNew Start = "new"
)

func (Start) choices() []string { return []string{"all", "new"} }

// Role is what a member of staff may do.
type Role string

// The roles.
const (
	Technician Role = "technician"
	Vendor     Role = "vendor"
	Analyst    Role = "analyst"
	Supervisor Role = "supervisor"
	Operator   Role = "operator"
)

func (Role) choices() []string {
	return []string{"technician", "vendor", "analyst", "supervisor", "operator"}
}

// SourceKind is what sort of machine sends.
type SourceKind string

// The kinds of source.
const (
	Portal  SourceKind = "portal"  // a form that people fill in
	Monitor SourceKind = "monitor" // a machine that watches machines
)

func (SourceKind) choices() []string { return []string{"portal", "monitor"} }

// OAuth2Provider is whose endpoints are used.
type OAuth2Provider string

// The providers.
const (
	OAuth2Microsoft365 OAuth2Provider = "microsoft365"
	OAuth2Google       OAuth2Provider = "google"
	OAuth2Custom       OAuth2Provider = "custom"
)

func (OAuth2Provider) choices() []string { return []string{"microsoft365", "google", "custom"} }

// OAuth2Grant is how tokens are got.
type OAuth2Grant string

// The grants.
const (
	ClientCredentials OAuth2Grant = "client-credentials"
	RefreshToken      OAuth2Grant = "refresh-token"
	ServiceKey        OAuth2Grant = "service-account"
)

func (OAuth2Grant) choices() []string {
	return []string{"client-credentials", "refresh-token", "service-account"}
}

// Date is a day, written 2027-03-01, with or without quotes. The zero Date is none.
type Date struct{ year, month, day int }

// In is the day's beginning in a time zone.
func (d Date) In(zone *time.Location) time.Time {
	return time.Date(d.year, time.Month(d.month), d.day, 0, 0, 0, 0, zone)
}

// IsZero tells whether there is no day.
func (d Date) IsZero() bool { return d == Date{} }

// String writes the day as the configuration does.
func (d Date) String() string { return fmt.Sprintf("%04d-%02d-%02d", d.year, d.month, d.day) }

func (d *Date) setRaw(v any) error {
	text := fmt.Sprint(v) // a local date prints as it is written
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return fmt.Errorf("%q is not a day such as 2027-03-01", text)
	}
	*d = Date{t.Year(), int(t.Month()), t.Day()}
	return nil
}

// MailKind is a kind of outgoing mail.
type MailKind string

func (MailKind) choices() []string {
	var all []string
	for _, k := range compose.Kinds {
		all = append(all, string(k))
	}
	return all
}
