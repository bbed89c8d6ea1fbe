package authority

import (
	"strings"
	"testing"
	"time"
)

func TestProbe(t *testing.T) {
	keys := Keys{{ID: 1, Secret: [32]byte{1}}}
	at := time.Date(2026, 3, 2, 13, 5, 7, 0, time.UTC)
	mark := keys.Probe("desk", at)
	if len(mark) > 50 || strings.ToLower(mark) != mark {
		t.Errorf("%q does not fit into a Message-ID", mark)
	}
	for _, good := range []string{mark, " " + strings.ToUpper(mark)} {
		if got, ok := keys.ProbeSent(good, "desk"); !ok || !got.Equal(at) {
			t.Errorf("%q: %v, %v", good, got, ok)
		}
	}
	other := Keys{{ID: 1, Secret: [32]byte{2}}}
	for _, bad := range []string{
		"", ".", "x", mark[:len(mark)-2], mark + "a", other.Probe("desk", at), keys.Probe("another", at),
		strings.Replace(mark, "a", "b", 1), Keys{{ID: 2, Secret: [32]byte{1}}}.Probe("desk", at),
		strings.Split(keys.MessageID(Token{Instance: "desk", IssuedDay: DayOf(at)}, "x"), "@")[0],
	} {
		if got, ok := keys.ProbeSent(bad, "desk"); ok {
			t.Errorf("%q was sent at %v", bad, got)
		}
	}
}
