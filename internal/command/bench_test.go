package command

import (
	"strings"
	"testing"
)

// The benchmarks show that time is linear: twice the text takes twice as long.

func BenchmarkReadDigestAnswer(b *testing.B) {
	s := setting(Digest, 50)
	text := "Hello,\n\n" + strings.Repeat("SR-12 1-3\n14 dup 12\n12,15-18 1-1\n", 10) + "\nThanks,\nKim\n"
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		Read(text, s)
	}
}

func BenchmarkReadHostile(b *testing.B) {
	s := setting(Digest, 50)
	for name, piece := range map[string]string{"hashes": "#", "lines": "#x\n", "numbers": "1,", "dashes": "1-", "words": "#mien ", "brackets": "[SR-", "spaces": " \n"} {
		for _, size := range []string{"1", "2"} {
			text := strings.Repeat(piece, int(size[0]-'0')*500_000/len(piece))
			b.Run(name+"/"+size, func(b *testing.B) {
				b.SetBytes(int64(len(text)))
				for b.Loop() {
					Read(text, s)
				}
			})
		}
	}
}

func BenchmarkNewWords(b *testing.B) {
	for _, rows := range []int{50, 500} {
		var sb strings.Builder
		var listed []int64
		for n := range rows {
			listed = append(listed, int64(n+1))
			sb.WriteString(Select(int64(n+1)).format("SR") + strings.Repeat(" projector in room "+Select(int64(n)).String()+" stays dark", 4) + "\n")
		}
		sent := Sent{Renderings: []string{sb.String(), "Hello\n" + sb.String()}, Prefix: "SR", Listed: listed}
		half := sb.String()[:sb.Len()/3] + sb.String()[sb.Len()/2:]
		received := "SR-1 1-3\n\n" + quoteWith("> ", rewrap(half, 60))
		b.Run(Select(int64(rows)).String(), func(b *testing.B) {
			b.SetBytes(int64(len(received)))
			for b.Loop() {
				sent.NewWords(received)
			}
		})
	}
	for name, text := range map[string]string{"same": strings.Repeat("1-3 ", 100_000), "pairs": strings.Repeat("a b b a ", 50_000)} {
		sent := Sent{Renderings: []string{text}, Prefix: "SR"}
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				sent.NewWords("ok " + text[2:] + " x" + text)
			}
		})
	}
}

func BenchmarkNeutralise(b *testing.B) {
	text := strings.Repeat("see [SR-9] and #1-3 at https://x.example/page#section\n[", 10_000)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		Neutralise(text)
	}
}
