package store_test

import (
	"testing"
	"time"

	"triaged/internal/compose"
	"triaged/internal/request"
	"triaged/internal/store"
	"triaged/internal/store/storetest"
)

// BenchmarkToSend lists the next mails of the 100,000 that an outage has left.
func BenchmarkToSend(b *testing.B) {
	s := storetest.Open(b, store.Options{})
	for range 100 {
		err := s.Update(func(tx *store.Tx) error {
			for i := range 1000 {
				tx.Owe(compose.Letter{Kind: compose.Kinds[i%len(compose.Kinds)], To: request.Person{Address: "kim@school.example"},
					At: epoch.Add(time.Duration(i) * time.Second)}, store.Hold{})
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		s.View(func(tx *store.Tx) error {
			if due := tx.ToSend(epoch.Add(24*time.Hour), 32, compose.Figure, nil); len(due) != 32 {
				b.Fatalf("%d due", len(due))
			}
			return nil
		})
	}
}
