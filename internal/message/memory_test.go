package message

import (
	"encoding/base64"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"strings"
	"testing"
)

// TestMemory holds that reading a mail allocates, all in all, at most three times its size and 10 MB.
func TestMemory(t *testing.T) {
	const size = 16 << 20
	words := strings.Repeat("The projector in room 12 shows no picture. ", size/43)
	tests := map[string]string{
		"file":         string(withAttachment(size / 4 * 3)),
		"text":         author + "\r\n" + words,
		"base64 text":  author + "Content-Transfer-Encoding: base64\r\n\r\n" + base64.StdEncoding.EncodeToString([]byte(words)),
		"escaped text": author + "Content-Transfer-Encoding: quoted-printable\r\n\r\n" + strings.ReplaceAll(words, " ", "=20"),
		"HTML":         author + "Content-Type: text/html\r\n\r\n" + strings.ReplaceAll(words, "12 ", "<b>12</b><br>"),
		"attached":     author + "Content-Type: message/rfc822\r\n\r\n" + author + "\r\n" + words,
		"attached file": author + "Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n" +
			wrap76(base64.StdEncoding.EncodeToString(withAttachment(size/2))),
		"picture in HTML": author + "Content-Type: text/html\r\n\r\n<p>See <img src=\"data:image/png;base64," + strings.Repeat("AAAA", size/8) + "\"> there</p>",
		"many texts":      author + "Content-Type: multipart/mixed; boundary=b\r\n\r\n" + strings.Repeat("--b\r\n\r\n"+strings.Repeat("w ", 500)+"\r\n", 990),
		"uuencoded":       author + "\r\nbegin 644 a.bin\r\n" + strings.Repeat("M"+strings.Repeat("A", 60)+"\r\n", size/64) + "`\r\nend\r\n",
	}
	for name, s := range tests {
		t.Run(name, func(t *testing.T) {
			raw := []byte(s)
			var before, after runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			Parse(raw)
			runtime.ReadMemStats(&after)
			if got, most := after.TotalAlloc-before.TotalAlloc, uint64(3*len(raw)+10<<20); got > most {
				t.Errorf("%d KB allocated for a mail of %d KB, at most %d KB wanted", got>>10, len(raw)>>10, most>>10)
			}
		})
	}
	m := Parse([]byte(tests["picture in HTML"]))
	if m.Text != "See there" {
		t.Errorf("text behind a big picture is lost: %q", head(m.Text, 100))
	}
}

// peak returns how many bytes of the heap were in use at most while f ran, beyond those in use before: live ones, as the collector, which
// goes over the heap again and again meanwhile, finds them.
func peak(f func()) uint64 {
	defer debug.SetGCPercent(debug.SetGCPercent(5))
	runtime.GC()
	before := liveBytes()
	stop, most := make(chan bool), make(chan uint64)
	go func() {
		var top uint64
		for {
			runtime.GC()
			top = max(top, liveBytes())
			select {
			case <-stop:
				most <- top
				return
			default:
			}
		}
	}()
	f()
	close(stop)
	return max(<-most, before) - before
}

func liveBytes() uint64 {
	s := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(s)
	return s[0].Value.Uint64()
}

// TestPeakMemory holds the promise for mails that are made to cost: at no time more than three times the mail's size and 10 MB.
func TestPeakMemory(t *testing.T) {
	const size = 900 << 10
	fill := func(unit string) string { return strings.Repeat(unit, size/len(unit)) }
	const forward, html = "From: a@b.example\nSubject: Fwd: x\n", "Content-Type: text/html\n\n<pre>"
	const block = "From: Kim <kim@school.example>\nDate: Mon, Nov 23, 2026 at 9:10 AM\nSubject: x\nTo: Rosa <r@school.example>\n\n"
	const parts = "Content-Type: multipart/mixed; boundary=b\n\n"
	tests := map[string]string{
		"header blocks":           forward + "\n" + fill(block),
		"forwards":                forward + "\n" + fill("---------- Forwarded message ---------\n"+block),
		"quoted forwards":         forward + "\n" + fill(strings.ReplaceAll("---------- Forwarded message ---------\n"+block, "\n", "\n> ")),
		"forwards in mails":       strings.Repeat(forward+parts+"--b\nContent-Type: message/rfc822\n\n", 7) + forward + "\n" + fill("-- Forwarded message --\n"+block),
		"broken header blocks":    forward + "\n" + fill("From: a\nx\n"),
		"blocks in HTML":          forward + html + fill("From: a\nx\n"),
		"attributions in HTML":    forward + html + fill("On 1/1/2026 1:11 x wrote:\n"),
		"forwards in HTML":        forward + html + fill("----- Forwarded Message ----- From: a@b To: c\n"),
		"an attribute":            "Content-Type: text/html\n\n<a href=\"" + fill("x"),
		"cells":                   "Content-Type: text/html\n\n" + fill("<table><tr><td>a<td>b</table>"),
		"lines":                   "\n\n" + fill("a\n"),
		"events":                  "Content-Type: text/calendar\n\nBEGIN:VEVENT\n" + fill("DESCRIPTION:a\\na\n"),
		"status parts":            "From: mailer-daemon@x\nContent-Type: multipart/report; boundary=b\n\n" + fill("--b\nContent-Type: message/delivery-status\n\nFinal-Recipient: rfc822; a@b\nAction: failed\n"),
		"recipients":              string(reportMail("x", fill("Final-Recipient: rfc822; kim@other.example\nAction: failed\n\n"))),
		"mails in base64":         parts + strings.Repeat("--b\nContent-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n"+strings.Repeat("QUJD", 30<<10)+"\n", 20),
		"alternatives":            "Content-Type: multipart/alternative; boundary=b\n\n" + fill("--b\n\nx\n--b\nContent-Type: text/html\n\n<p>y</p>\n"),
		"addresses":               "To: " + fill("a@b,") + "\n\nx",
		"header fields":           fill("X-A: b\n") + "\nx",
		"references":              fill("References: <a@b> <c@d>\n") + "\nx",
		"text in another charset": "Content-Type: text/plain; charset=windows-1252\n\n" + fill("\x80\n"),
	}
	for name, s := range tests {
		t.Run(name, func(t *testing.T) {
			raw := []byte(s)
			got := peak(func() { runtime.KeepAlive(Parse(raw)) })
			if most := uint64(3*len(raw) + 10<<20); got > most {
				t.Errorf("%d KB in use for a mail of %d KB, at most %d KB wanted", got>>10, len(raw)>>10, most>>10)
			}
		})
	}
}
