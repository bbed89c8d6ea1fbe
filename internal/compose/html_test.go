package compose

import (
	"io"
	"math"
	"mime/quotedprintable"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"triaged/internal/request"
)

// htmlOf is the HTML of a mail, as its reader's program has it.
func htmlOf(t *testing.T, m Mail) string {
	t.Helper()
	_, part, _ := strings.Cut(string(m.Data), "Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: ")
	encoding, part, _ := strings.Cut(part, "\r\n\r\n")
	part, _, _ = strings.Cut(part, "\r\n--=_")
	if encoding == "7bit" {
		return part
	}
	html, err := io.ReadAll(quotedprintable.NewReader(strings.NewReader(part)))
	if err != nil || !strings.Contains(string(html), "<html") {
		t.Fatalf("the HTML is %q: %v", html, err)
	}
	return string(html)
}

// TestHTMLSurvives holds every mail to what Outlook and Gmail leave of a mail, and to what a screen reader needs.
func TestHTMLSurvives(t *testing.T) {
	h := testHouse(t)
	banned := regexp.MustCompile(`(?i)<style|<script|<link|<img|\sclass=|\sid=|display:\s*(flex|grid)|url\(|position:`)
	table := regexp.MustCompile(`<table[^>]*>`)
	empty := regexp.MustCompile(`<(p|li|b|span|td|ul)\b[^>]*>\s*</(p|li|b|span|td|ul)>`)
	target := regexp.MustCompile(`<a [^>]*>`)
	for _, s := range specimens() {
		html := htmlOf(t, render(t, s.letter, s.material, h))
		if found := banned.FindString(html); found != "" {
			t.Errorf("%s: the HTML has %q", s.name, found)
		}
		for _, tag := range table.FindAllString(html, -1) {
			if !strings.Contains(tag, `role="presentation"`) {
				t.Errorf("%s: a screen reader takes %s for a table of data", s.name, tag)
			}
		}
		if found := empty.FindString(html); found != "" {
			t.Errorf("%s: nothing stands in %q", s.name, found)
		}
		for _, tag := range target.FindAllString(html, -1) {
			if !strings.Contains(tag, "display:block") || !strings.Contains(tag, "line-height:40px") {
				t.Errorf("%s: a thumb does not hit %s", s.name, tag)
			}
		}
		if _, language, _ := strings.Cut(s.name, "."); !strings.Contains(html, `<html lang="`+language+`">`) {
			t.Errorf("%s: the HTML does not say that it is in %s", s.name, language)
		}
	}
}

// TestContrast reads the colors of every mail: text has at least 4.5 times the light of what is behind it, or the other way
// round (WCAG 2.1, 1.4.3), on the white and the near-black of mail programs as on what mails put behind it themselves.
func TestContrast(t *testing.T) {
	h := testHouse(t)
	behind := regexp.MustCompile(`background-color:(#[0-9a-f]{6})[^"]*`)
	faint := regexp.MustCompile(`opacity:([0-9.]+)`)
	for _, s := range specimens() {
		html := htmlOf(t, render(t, s.letter, s.material, h))
		for _, m := range behind.FindAllStringSubmatch(html, -1) {
			if !strings.Contains(m[0], ";color:#ffffff") || contrast(1, light(t, m[1])) < 4.5 {
				t.Errorf("%s: hard to read: %s", s.name, m[0])
			}
		}
		for _, m := range faint.FindAllStringSubmatch(html, -1) {
			share, err := strconv.ParseFloat(m[1], 64)
			onWhite, onDark := 255*(1-share), 255*share+18*(1-share)
			if err != nil || contrast(luminance(255), luminance(onWhite)) < 4.5 || contrast(luminance(onDark), luminance(18)) < 4.5 {
				t.Errorf("%s: hard to read: %s", s.name, m[0])
			}
		}
	}
}

// light is the relative luminance of a color.
func light(t *testing.T, hex string) float64 {
	t.Helper()
	rgb, err := strconv.ParseUint(hex[1:], 16, 32)
	if err != nil {
		t.Fatal(err)
	}
	return .2126*luminance(float64(rgb>>16)) + .7152*luminance(float64(rgb>>8&255)) + .0722*luminance(float64(rgb&255))
}

// luminance is that of one channel, 0 to 255.
func luminance(v float64) float64 {
	if v /= 255; v <= .04045 {
		return v / 12.92
	}
	return math.Pow((v+.055)/1.055, 2.4)
}

func contrast(lighter, darker float64) float64 { return (lighter + .05) / (darker + .05) }

// TestLongListsAreNotClipped lists as many requests as one mail does, with subjects and texts as long as they are printed.
// Gmail shows the first 102 KB of the HTML and hides the rest behind a link.
func TestLongListsAreNotClipped(t *testing.T) {
	const most, burst, clipped = 100, 25, 102_000
	h := testHouse(t)
	subject := strings.Repeat("No hay señal en el pasillo ", 10)
	for _, kind := range []Kind{Digest, Reminder} {
		q := &QueueBody{Review: monday, More: 4900, MoreLate: 4000}
		w := &WorkBody{More: 4900}
		var m Material
		for i := range most {
			n := request.Number(12345 + i)
			submitted := monday.Add(-time.Duration(most-i) * time.Hour)
			q.Rows = append(q.Rows, Row{Request: n, From: maria, Submitted: submitted, Overdue: true, Outage: 12345})
			w.Rows = append(w.Rows, WorkRow{Request: n, Task: TaskNote, From: maria, Submitted: submitted, Since: submitted, Code: code(1, 3), Owner: kim, Overdue: true})
			m.Rows = append(m.Rows, RowMaterial{Subject: subject, Text: strings.Repeat(subject, 10), Suggestions: projectorCodes})
		}
		gathered := Letter{Kind: Notice, To: dana, Commands: true, At: monday, Queue: &QueueBody{Rows: q.Rows[:burst]}}
		if n := len(htmlOf(t, render(t, gathered, m, h))); n > clipped {
			t.Errorf("a burst has %d bytes of HTML", n)
		}
		for _, l := range []Letter{
			{Kind: kind, To: dana, Commands: true, At: monday, Queue: q},
			{Kind: kind, To: dana, Commands: true, At: monday, Work: w},
		} {
			got := render(t, l, m, h)
			if n := len(htmlOf(t, got)); n > clipped {
				t.Errorf("a %s has %d bytes of HTML", kind, n)
			}
			if len(got.Listed) != most || !strings.Contains(got.Text, "SR-12444") {
				t.Errorf("a %s lists %d requests", kind, len(got.Listed))
			}
			if l.Queue != nil && len(got.Listed[most-1].Codes) != len(projectorCodes) {
				t.Errorf("the last of a %s takes %d suggestions", kind, len(got.Listed[most-1].Codes))
			}
		}
	}
}
