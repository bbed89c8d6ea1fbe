package message

import (
	"strings"
	"testing"
)

// BenchmarkTrim measures what the newly written part, the kind and the language of a mail with 5 KB of text cost.
func BenchmarkTrim(b *testing.B) {
	text := "Hello,\n\n" + strings.Repeat("the projector in room 12 still shows no picture. The lamp comes on, the fan\nruns, and then the screen stays blue: I tried both cables.\n\n", 12) +
		"Thanks,\nRosa\n\n-- \nRosa Alvarez\nMaple Elementary\n\nOn Mon, Nov 23, 2026 at 9:10 AM Kim Tran <kim@school.example>\nwrote:\n\n" +
		strings.Repeat("> We have received your request and will look at it: a technician will\n> be in touch.\n>\n", 30)
	b.Run("reply", func(b *testing.B) {
		b.SetBytes(int64(len(text)))
		b.ReportAllocs()
		for b.Loop() {
			trimReply(text, "Projector")
		}
	})
	b.Run("language", func(b *testing.B) {
		for b.Loop() {
			languageOf(text)
		}
	})
	m := Parse(mailOf(strings.ReplaceAll(text, "\n", "\r\n"), "Subject: Re: Projector", "Return-Path: <rosa@school.example>", "X-Mailer: x", "List-Unsubscribe: <mailto:x@school.example>"))
	parts := []part{{header: m.Header, mediaType: "text/plain"}}
	b.Run("kind", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			classify(m, parts)
		}
	})
	b.Run("forward", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			findForward(m, parts)
		}
	})
}

// BenchmarkHostile measures the worst that a megabyte of text can do; each must stay far under a second.
func BenchmarkHostile(b *testing.B) {
	for unit, text := range hostile(1 << 20) {
		b.Run(strings.Map(func(r rune) rune {
			if r <= ' ' || r == '/' {
				return '_'
			}
			return r
		}, unit), func(b *testing.B) {
			for b.Loop() {
				trimReply(text, "Projector")
				inlineForward(text, "Fwd: Projector", maxForwards)
			}
		})
	}
}

// BenchmarkHostileBounce does the same for what bounces are made of.
func BenchmarkHostileBounce(b *testing.B) {
	for unit, text := range hostile(1 << 20) {
		raw := bounceMail("MAILER-DAEMON", "undeliverable", text)
		b.Run(strings.Map(func(r rune) rune {
			if r <= ' ' || r == '/' {
				return '_'
			}
			return r
		}, unit), func(b *testing.B) {
			for b.Loop() {
				Parse(raw)
			}
		})
	}
}
