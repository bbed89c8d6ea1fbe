package mailbox

import (
	"slices"
	"strings"
	"testing"
)

func TestBeginning(t *testing.T) {
	long := strings.Repeat("y", 1<<20)
	for name, test := range map[string]struct {
		raw  string
		want int
	}{
		"short":           {"A: b\r\n\r\nhello", 13},
		"CRLF":            {"A: b\r\n\r\n" + long, 8 + maxExcess},
		"bare line feeds": {"A: b\n\n" + long, 6 + maxExcess},
		"both":            {"A: b\n\nc\r\n\r\n" + long, 6 + maxExcess},
		"no header":       {long, maxHeader + maxExcess},
		"late end":        {long[:maxHeader+5] + "\r\n\r\n" + long, maxHeader + maxExcess},
	} {
		if got := len(beginning([]byte(test.raw))); got != test.want {
			t.Errorf("%s: %d bytes kept, want %d", name, got, test.want)
		}
	}
}

func TestFolderNamesOnTheServer(t *testing.T) {
	for _, test := range []struct {
		configured string
		style      naming
		want       []string
	}{
		{"Processed", naming{"", '/'}, []string{"Processed"}},
		{"Desk/Done", naming{"", '/'}, []string{"Desk/Done"}},
		{"Desk/Done", naming{"", '.'}, []string{"Desk/Done", "Desk.Done"}},
		{"Processed", naming{"INBOX.", '.'}, []string{"Processed", "INBOX.Processed"}},
		{"Desk/Done", naming{"INBOX.", '.'}, []string{"Desk/Done", "Desk.Done", "INBOX.Desk.Done"}},
		{"INBOX.Processed", naming{"INBOX.", '.'}, []string{"INBOX.Processed"}},
		{"INBOX/Processed", naming{"INBOX.", '.'}, []string{"INBOX/Processed", "INBOX.Processed"}},
		{"Desk/Done", naming{"", 0}, []string{"Desk/Done"}},
	} {
		if got := test.style.names(test.configured); !slices.Equal(got, test.want) {
			t.Errorf("%s in %+v: %q, want %q", test.configured, test.style, got, test.want)
		}
	}
}
