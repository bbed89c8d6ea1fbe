package suggest

import (
	"fmt"
	"runtime"
	"slices"
	"testing"

	"triaged/internal/chart"
)

// history returns n mails of the school set, each with a number of its own so that no two are the same, and their codes.
func history(tb testing.TB, n int) ([]Mail, []chart.Code) {
	all := append(slices.Clone(textbook()), heldOut(tb)...)
	var mails []Mail
	var codes []chart.Code
	for i := range n {
		s := all[i*7%len(all)]
		m := s.mail()
		other := all[i*13%len(all)]
		m.Text += fmt.Sprintf("\n%s\nRef %d", other.Body, i)
		mails, codes = append(mails, m), append(codes, s.Labels[0])
	}
	return mails, codes
}

func learned(tb testing.TB, n int) (*Model, []Mail) {
	m := New(chart.Default(), DefaultLexicon())
	mails, codes := history(tb, n)
	for i := range mails {
		if err := m.Learn(fmt.Sprintf("SR-%d", i+1), mails[i], codes[i]); err != nil {
			tb.Fatal(err)
		}
	}
	return m, mails
}

func BenchmarkSuggest(b *testing.B) {
	m, mails := learned(b, 10_000)
	b.ResetTimer()
	for i := 0; b.Loop(); i++ {
		m.Suggest(mails[i%len(mails)], 3)
	}
}

func BenchmarkSuggestCold(b *testing.B) {
	m, _ := learned(b, 0)
	mails, _ := history(b, 1000)
	for i := 0; b.Loop(); i++ {
		m.Suggest(mails[i%len(mails)], 3)
	}
}

func BenchmarkLearn(b *testing.B) {
	m, mails := learned(b, 10_000)
	code := chart.Code{Category: 1, Priority: 3}
	b.ResetTimer()
	for i := 0; b.Loop(); i++ {
		m.Learn(fmt.Sprintf("SR-%d", 10_001+i), mails[i%len(mails)], code)
	}
}

func BenchmarkLearn10000(b *testing.B) {
	for b.Loop() {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		m, _ := learned(b, 10_000)
		runtime.GC()
		runtime.ReadMemStats(&after)
		b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/(1<<20), "MB")
		runtime.KeepAlive(m)
	}
}

func BenchmarkEmergency(b *testing.B) {
	m, _ := learned(b, 0)
	mails, _ := history(b, 1000)
	m.Prepare()
	for i := 0; b.Loop(); i++ {
		m.Emergency(mails[i%len(mails)])
	}
}

func BenchmarkPrepare(b *testing.B) {
	for b.Loop() {
		taughtCold(chart.Default(), DefaultLexicon(), textbook()).school()
	}
}
