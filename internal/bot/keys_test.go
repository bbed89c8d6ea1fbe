package bot_test

import (
	"testing"
	"testing/synctest"
	"time"

	"triaged/internal/bot"
	"triaged/internal/inprocess"
)

func (s *school) keys(what string) (all []bot.KeyRow) {
	s.t.Helper()
	err := s.desk.Keys(bot.Args{Order: what}, func(row any) error { all = append(all, row.(bot.KeyRow)); return nil })
	if err != nil {
		s.t.Fatal(err)
	}
	return all
}

// TestKeysRotate lets a year and more go by. Tokens made with an old key hold, also across a restart, until they expire; then
// their key is forgotten.
func TestKeysRotate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openSchool(t, inprocess.SMTPOptions{})
		defer s.close()
		clock := &setClock{}
		later := func(days int) {
			s.stop()
			s.rim.Clock = clock
			clock.ahead.Add(int64(time.Duration(days) * 24 * time.Hour))
			s.start()
			s.settle()
			s.sent()
		}
		later(0)
		s.arrives("pat@school.example", "Projector", "It is dark.")
		notice := s.expect("acknowledgement pat@school.example", "notice kim@school.example")["notice kim@school.example"]
		if len(s.keys("")) != 1 {
			t.Errorf("a new desk has the keys %+v", s.keys(""))
		}
		later(91)
		if keys := s.keys(""); len(keys) != 2 || !keys[0].Signs || keys[1].Signs {
			t.Errorf("after 91 days: %+v", keys)
		}
		s.arrives("lou@school.example", "Bell", "It does not ring.")
		second := s.oneTo("notice", "kim@school.example")
		s.answers(notice, "kim@school.example", "#1-3")
		s.category("SR-1", "1-3")
		s.answers(second, "kim@school.example", "#1-4")
		s.category("SR-2", "1-4")
		for range 4 {
			later(91)
		}
		s.answers(second, "kim@school.example", "#1-3")
		s.category("SR-2", "1-3") // 364 days old
		later(45)
		s.answers(second, "kim@school.example", "#1-4")
		s.category("SR-2", "1-3") // 409 days old: to be confirmed
		later(91)
		if keys := s.keys(""); len(keys) > 6 {
			t.Errorf("%d keys are kept: %+v", len(keys), keys)
		}
	})
}

// TestKeysAreRevoked makes all tokens worthless, in a running bot.
func TestKeysAreRevoked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openSchool(t, inprocess.SMTPOptions{})
		defer s.close()
		s.arrives("pat@school.example", "Projector", "It is dark.")
		notice := s.expect("acknowledgement pat@school.example", "notice kim@school.example")["notice kim@school.example"]
		s.keys(bot.KeysRotate)
		s.answers(notice, "kim@school.example", "#1-3")
		s.category("SR-1", "1-3")
		s.sent()
		s.keys(bot.KeysRevoke)
		s.answers(notice, "kim@school.example", "#1-4")
		asked := s.expect("confirmation kim@school.example")["confirmation kim@school.example"]
		s.answers(asked, "kim@school.example", "yes")
		s.category("SR-1", "1-4")
	})
}
