package compose

import "testing"

// A backlog sends thousands of mails a second: rendering must not be what it waits for.

func BenchmarkAcknowledgement(b *testing.B) { benchmark(b, "acknowledgement.en") }

func BenchmarkNoticeWithFile(b *testing.B) { benchmark(b, "notice-files.en") }

func BenchmarkDigest(b *testing.B) { benchmark(b, "digest.en") }

func benchmark(b *testing.B, name string) {
	h := testHouse(b)
	for _, s := range specimens() {
		if s.name != name {
			continue
		}
		var size int
		b.ReportAllocs()
		for b.Loop() {
			m, err := Render(s.letter, "t.0123456789abcdef@school.example", s.material, h)
			if err != nil {
				b.Fatal(err)
			}
			size = len(m.Data)
		}
		b.ReportMetric(float64(size), "B/mail")
	}
}
