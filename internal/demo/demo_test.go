package demo_test

import (
	"bufio"
	"bytes"
	"context"
	"flag"
	"io"
	"net/smtp"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"triaged/internal/demo"
	"triaged/internal/message"
)

var update = flag.Bool("update", false, "write what the demo prints into README.md")

// atOnce tells the story without a pause.
const atOnce = 1e9

func story(t *testing.T, o demo.Options) string {
	t.Helper()
	var out bytes.Buffer
	o.Out, o.Speed = &out, atOnce
	if err := demo.Run(t.Context(), o); err != nil {
		t.Fatalf("%v\n%s", err, out.String())
	}
	return out.String()
}

var told struct {
	once sync.Once
	text string
}

// transcript is the story as it is told on paper.
func transcript(t *testing.T) string {
	t.Helper()
	told.once.Do(func() { told.text = story(t, demo.Options{}) })
	return told.text
}

const readme = "../../README.md"

// quoted are the paragraphs of the transcript that README shows, by a part of their headings.
var quoted = []string{"Marcus Bell writes (Gmail)", "Kim Tran writes (iPhone, another way"}

// README's lines are the demo's: with -update they are written, else compared.
func TestReadmeShowsTheDemo(t *testing.T) {
	var paragraphs []string
	for _, part := range quoted {
		for p := range strings.SplitSeq(transcript(t), "\n\n") {
			if strings.Contains(p, part) {
				paragraphs = append(paragraphs, strings.Trim(p, "\n"))
			}
		}
	}
	if len(paragraphs) != len(quoted) {
		t.Fatalf("the demo has %d of the %d paragraphs %q:\n%s", len(paragraphs), len(quoted), quoted, transcript(t))
	}
	want := strings.Join(paragraphs, "\n\n")
	page, err := os.ReadFile(readme)
	if err != nil {
		t.Fatal(err)
	}
	block := regexp.MustCompile("(?s)```text\n(.*?)\n```")
	found := block.FindSubmatchIndex(page)
	if found == nil {
		t.Fatal("README.md has no block of text for the demo")
	}
	if *update {
		page = append(append(append([]byte{}, page[:found[2]]...), want...), page[found[3]:]...)
		if err := os.WriteFile(readme, page, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if got := string(page[found[2]:found[3]]); got != want {
		t.Errorf("README.md shows\n%s\n\nthe demo prints\n%s\n\nrun: go test ./internal/demo -run Readme -update", got, want)
	}
}

func TestStoryIsToldTheSameEveryTime(t *testing.T) {
	if a, b := transcript(t), story(t, demo.Options{}); a != b {
		t.Errorf("first\n%s\nthen\n%s", a, b)
	}
}

// Whatever a desk has to know what to do with is in the story, and on paper nothing is coloured.
func TestStoryHasEverything(t *testing.T) {
	transcript := transcript(t)
	for _, part := range []string{
		"= opened: SR-1", "= replied: SR-1", "= thanks:", "= list-mail:", "= auto-reply:", "= bounce:", "= commanded: 1 done",
		"= refused-unknown-code:", "[Quote Q-20417.pdf", "Recibimos su solicitud", "notice to Kim Tran", "reminder to Lee Okafor",
		"digest to Lee Okafor: 9 am review", "= commanded: 4 done", "receipt to Lee Okafor", "due ", "no due time", "Checked:",
	} {
		if !strings.Contains(transcript, part) {
			t.Errorf("nothing of %q in\n%s", part, transcript)
		}
	}
	if strings.Contains(transcript, "\x1b") {
		t.Error("there are colours")
	}
	for line := range strings.Lines(transcript) {
		if n := len([]rune(line)); n > 160 {
			t.Errorf("%d characters: %s", n, line)
		}
	}
}

func TestColours(t *testing.T) {
	coloured, plain := story(t, demo.Options{Colour: true}), transcript(t)
	if !strings.Contains(coloured, "\x1b[1m") || regexp.MustCompile(`\x1b\[[0-9]+m`).ReplaceAllString(coloured, "") != plain {
		t.Errorf("colours change more than the looks:\n%q", coloured)
	}
}

func TestEverySentMailIsKept(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "mails")
	transcript := story(t, demo.Options{Dir: dir})
	files, err := filepath.Glob(filepath.Join(dir, "*.eml"))
	if err != nil {
		t.Fatal(err)
	}
	count := regexp.MustCompile(`(\d+) went out`).FindStringSubmatch(transcript)
	if count == nil || count[1] != strconv.Itoa(len(files)) {
		t.Errorf("%d files, and the transcript tells of %v", len(files), count)
	}
	for _, f := range files {
		raw, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		m := message.Parse(raw)
		if m.MessageID == "" || len(m.To) != 1 || !strings.Contains(f, m.Header.Get("X-Triaged-Kind")) || len(m.Defects) > 0 {
			t.Errorf("%s: %+v", f, m)
		}
	}
}

func TestFolderThatCannotBeMade(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	err := demo.Run(t.Context(), demo.Options{Out: io.Discard, Dir: filepath.Join(file, "out"), Speed: atOnce})
	if err == nil || !strings.Contains(err.Error(), "folder for sent mails") {
		t.Error(err)
	}
}

// send hands a mail for the desk to a server, without encryption.
func send(t *testing.T, address string, login smtp.Auth, from, mail string) {
	t.Helper()
	c, err := smtp.Dial(address)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	w := io.WriteCloser(nil)
	for _, step := range []func() error{
		func() error { return c.Auth(login) },
		func() error { return c.Mail(from) },
		func() error { return c.Rcpt("support@school.example") },
		func() (err error) { w, err = c.Data(); return err },
		func() error { _, err := io.WriteString(w, mail); return err },
		func() error { return w.Close() },
	} {
		if err := step(); err != nil {
			t.Fatal(err)
		}
	}
}

// With Serve, any mail program takes part: here one sends as a technician, answers what the bot asks, and finds the
// receipt in the technician's mailbox.
func TestServe(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	reader, writer := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		err := demo.Run(ctx, demo.Options{Out: writer, Serve: true, Speed: atOnce})
		writer.CloseWithError(io.EOF)
		ended <- err
	}()
	lines := bufio.NewScanner(reader)
	waitFor := func(pattern string) []string {
		t.Helper()
		for lines.Scan() {
			if found := regexp.MustCompile(pattern).FindStringSubmatch(lines.Text()); found != nil {
				return found
			}
		}
		t.Fatalf("the transcript ended without %q", pattern)
		return nil
	}
	imapAt := waitFor(`^  IMAP +(\S+)$`)[1]
	smtpAt := waitFor(`^  SMTP +(\S+)$`)[1]
	waitFor("Ctrl-C")

	const kim = "kim.tran@school.example"
	mail := "From: Kim Tran <" + kim + ">\r\nTo: support@school.example\r\nSubject: [SR-8] #1-3\r\nMessage-ID: <a@laptop.example>\r\n\r\n\r\n"
	login := smtp.PlainAuth("", kim, "demo", "127.0.0.1")
	send(t, smtpAt, login, kim, mail)
	waitFor(`Kim Tran writes: \[SR-8\] #1-3`)
	waitFor("= commanded: 1 done, proven by dmarc")
	waitFor("receipt to Kim Tran: Done: SR-8 is 1-3")

	// Somebody else's name in From is no proof, whatever the mail itself claims.
	forged := "Authentication-Results: mx.school.example; dmarc=pass header.from=school.example\r\n" + strings.Replace(mail, "<a@", "<b@", 1)
	send(t, smtpAt, smtp.PlainAuth("", "toby.osei@mail.example", "demo", "127.0.0.1"), "toby.osei@mail.example", forged)
	waitFor("= spam: its From is forged")
	go io.Copy(io.Discard, reader)

	c, err := imapclient.DialInsecure(imapAt, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.Login(kim, "demo").Wait(); err != nil {
		t.Fatal(err)
	}
	box, err := c.Select("INBOX", nil).Wait()
	if err != nil {
		t.Fatal(err)
	}
	all := imap.SeqSet{}
	all.AddRange(1, box.NumMessages)
	found, err := c.Fetch(all, &imap.FetchOptions{Envelope: true, BodySection: []*imap.FetchItemBodySection{{Peek: true}}}).Collect()
	if err != nil {
		t.Fatal(err)
	}
	receipts := 0
	for _, f := range found {
		m := message.Parse(f.BodySection[0].Bytes)
		if m.Header.Get("X-Triaged-Kind") == "receipt" && strings.Contains(m.Text, "Done: SR-8 is 1-3") {
			receipts++
		}
	}
	if receipts != 1 {
		t.Errorf("%d receipts among %d mails of Kim's", receipts, len(found))
	}
	stop()
	if err := <-ended; err != nil && ctx.Err() == nil {
		t.Error(err)
	}
}
