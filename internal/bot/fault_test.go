package bot_test

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"triaged/internal/config"
	"triaged/internal/inprocess"
	"triaged/internal/memnet"
)

// TestBrokenConnections runs the bot through connections that stall, end, or break after any number of bytes, both to
// the mailbox and to the SMTP server, which also refuses for now at any step. Once the network is well again, every mail
// is one request, word for word, and everybody got what they were owed.
func TestBrokenConnections(t *testing.T) {
	for seed := range uint64(4) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { brokenConnections(t, rand.New(rand.NewPCG(seed, 7))) })
		})
	}
}

func brokenConnections(t *testing.T, random *rand.Rand) {
	const mails = 40
	var mu sync.Mutex
	well := false
	chance := func(n int) bool {
		mu.Lock()
		defer mu.Unlock()
		return !well && random.IntN(n) == 0
	}
	s := openSchool(t, inprocess.SMTPOptions{Answer: func(step inprocess.SMTPStep) error {
		if step.Command != "TAKEN" && chance(6) {
			return inprocess.Reply(451, "4.3.0", "try later")
		}
		return nil
	}}, func(c *config.Config) {
		c.Limits = config.Limits{}
	})
	defer s.close()
	s.stop()
	s.rim.Dial = memnet.Faulty(s.network.Dial, func(int) memnet.Fault {
		mu.Lock()
		defer mu.Unlock()
		if well || random.IntN(4) == 0 {
			return memnet.Fault{}
		}
		kinds := []memnet.Kind{memnet.Refuse, memnet.Stall, memnet.Truncate, memnet.Reset}
		return memnet.Fault{Kind: kinds[random.IntN(len(kinds))], After: random.Int64N(20_000), Sent: random.IntN(3) == 0}
	})
	s.start()
	long := make([]byte, 0, 4000)
	for len(long) < 3900 {
		long = append(long, "The projector in my room is dark. "...)
	}
	for i := range mails {
		s.arrives(fmt.Sprintf("p%d@school.example", i), fmt.Sprintf("Trouble %d", i), fmt.Sprintf("%s That is %d.", long, i))
		time.Sleep(time.Duration(37*i%120) * time.Second)
	}
	mu.Lock()
	well = true
	mu.Unlock()
	time.Sleep(12 * time.Hour) // the longest waits are hours
	synctest.Wait()

	requests := s.rows("all")
	if len(requests) != mails {
		t.Errorf("%d requests of %d mails", len(requests), mails)
	}
	got := map[string]map[string]bool{}
	for _, m := range s.sent() {
		if m.kind == "acknowledgement" {
			if got[m.to] == nil {
				got[m.to] = map[string]bool{}
			}
			got[m.to][m.MessageID] = true
		}
	}
	for i := range mails {
		if n := len(got[fmt.Sprintf("p%d@school.example", i)]); n != 1 {
			t.Errorf("p%d got %d different acknowledgements", i, n)
		}
	}
	for _, row := range s.ledger() {
		if row.Outcome != "opened" {
			t.Errorf("ledger %d: %s: %s", row.Ledger, row.Outcome, row.Reason)
		}
	}
}
