package bot_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"triaged/internal/bot"
	"triaged/internal/config"
	"triaged/internal/inprocess"
	"triaged/internal/message"
)

// The crash test runs the bot in a process of its own, which kills itself at a named point or is killed at any moment.
// These variables tell the child what it is.
const (
	crashConfig = "TRIAGED_TEST_CRASH_CONFIG" // the configuration; set: this process is the child
	crashPoint  = "TRIAGED_TEST_CRASH_POINT"  // the point to die at
	crashCount  = "TRIAGED_TEST_CRASH_COUNT"  // at its how manieth passing
)

func TestMain(m *testing.M) {
	if file := os.Getenv(crashConfig); file != "" {
		crashChild(file)
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// crashChild runs the bot until it is killed. Each death at a point is told on standard output first.
func crashChild(file string) {
	c, err := config.Load(file)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	left, _ := strconv.Atoi(os.Getenv(crashCount))
	var mu sync.Mutex
	rim := bot.Rim{Log: slog.New(slog.NewTextHandler(os.Stderr, nil)), Point: func(name string) {
		mu.Lock()
		defer mu.Unlock()
		if name != os.Getenv(crashPoint) {
			return
		}
		if left--; left <= 0 {
			fmt.Println("died at " + name)
			syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {} // the signal is on its way
		}
	}}
	if err := bot.Serve(context.Background(), c, rim, nil); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// crashPoints are the steps after which a crash leaves something different behind, and how often a dozen mails pass each
// at least.
var crashPoints = []struct {
	name  string
	times int
}{{"raw-synced", 2}, {"committed", 4}, {"attempt-recorded", 1}, {"sent", 10}, {"settled", 1}}

// crashDesk is a desk whose servers outlive its bot.
type crashDesk struct {
	t      *testing.T
	imap   *inprocess.IMAP
	smtp   *inprocess.SMTP
	file   string
	data   string
	stderr bytes.Buffer
	hit    map[string]int
}

func openCrashDesk(t *testing.T) *crashDesk {
	t.Helper()
	d := &crashDesk{t: t, hit: map[string]int{}, data: t.TempDir()}
	d.imap = inprocess.NewIMAP(inprocess.IMAPOptions{}, map[string]string{"support": "secret"})
	d.smtp = inprocess.NewSMTP(inprocess.SMTPOptions{})
	t.Cleanup(func() { d.imap.Close(); d.smtp.Close() })
	text := strings.Replace(schoolConfig, `data_dir = "data"`, fmt.Sprintf("data_dir = %q", d.data), 1)
	for _, s := range []struct {
		address string
		serve   func(net.Listener) error
	}{{"127.0.0.1:143", d.imap.Serve}, {"127.0.0.1:25", d.smtp.Serve}} {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		go s.serve(l)
		text = strings.Replace(text, fmt.Sprintf("%q", s.address), fmt.Sprintf("%q", l.Addr()), 1)
	}
	text = strings.Replace(text, "[smtp]", "[smtp]\nretry = [\"20ms\"]", 1)
	text = strings.Replace(text, `poll_interval = "1m"`, "poll_interval = \"1s\"\nreconnect = [\"10ms\"]", 1)
	text = strings.Replace(text, "[notify]", "[notify]\nburst = \"3/1s\"", 1) // so that notices are gathered while the bot dies
	text += "\n[limits]\nautomatic_mails_per_recipient = \"100000/1h\"\n"
	d.file = t.TempDir() + "/config.toml"
	if err := os.WriteFile(d.file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return d
}

// live runs the bot until it dies at a point, or is killed after a time.
func (d *crashDesk) live(point string, count int, atMost time.Duration) {
	d.t.Helper()
	self, err := os.Executable()
	if err != nil {
		d.t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(d.t.Context(), atMost)
	defer cancel()
	child := exec.CommandContext(ctx, self) // killed by SIGKILL when the time is over
	child.Env = append(os.Environ(), crashConfig+"="+d.file, crashPoint+"="+point, crashCount+"="+strconv.Itoa(count))
	child.Stderr = &d.stderr
	out, err := child.StdoutPipe()
	if err != nil {
		d.t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		d.t.Fatal(err)
	}
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if name, ok := strings.CutPrefix(lines.Text(), "died at "); ok {
			d.hit[name]++
		}
	}
	if err := child.Wait(); err != nil && child.ProcessState.ExitCode() == 1 {
		d.t.Fatalf("the bot failed: %v\n%s", err, d.stderr.String())
	}
}

func (d *crashDesk) append(i int) {
	d.t.Helper()
	raw := fmt.Sprintf("From: Person %d <p%d@school.example>\r\nTo: support@school.example\r\nSubject: Trouble %d\r\n"+
		"Message-ID: <m%d@people.example>\r\nDate: Mon, 2 Mar 2026 07:05:00 -0600\r\n\r\nThe projector in room %d is dark.\r\n", i, i, i, i, i)
	if _, err := d.imap.Append("support", "INBOX", time.Now(), []byte(raw)); err != nil {
		d.t.Fatal(err)
	}
}

// waiting counts the mails that are still in the inbox.
func (d *crashDesk) waiting() int {
	d.t.Helper()
	mails, err := d.imap.Mails("support", "INBOX")
	if err != nil {
		d.t.Fatal(err)
	}
	return len(mails)
}

// TestCrashes kills the bot at every named point and at random moments while a few hundred mails pass, and shows that
// every mail became exactly one request, that every owed mail was sent, and that repeats are the same mail.
func TestCrashes(t *testing.T) {
	if testing.Short() {
		t.Skip("kills and restarts the bot dozens of times")
	}
	const mails = 300
	d := openCrashDesk(t)
	random := rand.New(rand.NewPCG(1, 2))
	sent := 0
	feed := func(n int) {
		for ; n > 0 && sent < mails; n-- {
			d.append(sent)
			sent++
		}
	}
	for range 3 {
		for _, point := range crashPoints {
			feed(12)
			d.live(point.name, 1+random.IntN(point.times), 10*time.Second)
		}
	}
	for sent < mails {
		feed(12)
		d.live("", 0, time.Duration(20+random.IntN(250))*time.Millisecond)
	}
	for _, point := range crashPoints {
		if d.hit[point.name] == 0 {
			t.Errorf("no crash at %q: hits are %v", point.name, d.hit)
		}
	}
	d.finish(mails)
	t.Logf("deaths at points: %v", d.hit)
}

// finish lets the bot do the rest in peace, and looks at everything.
func (d *crashDesk) finish(mails int) {
	d.t.Helper()
	c, err := config.Load(d.file)
	if err != nil {
		d.t.Fatal(err)
	}
	for tries := 0; ; tries++ {
		d.live("", 0, time.Second<<tries) // under the race detector, a second is over before the first mail
		desk, err := bot.Open(c, bot.Rim{})
		if err != nil {
			d.t.Fatal(err)
		}
		pending := 0
		count := func(any) error { pending++; return nil }
		if err := desk.Outbox(bot.Args{State: "pending"}, count); err != nil {
			d.t.Fatal(err)
		}
		if pending == 0 && d.waiting() == 0 {
			d.verify(desk, mails)
			desk.Close()
			return
		}
		desk.Close()
		if tries == 5 {
			d.t.Fatalf("%d mails still owed, %d in the inbox\n%s", pending, d.waiting(), d.stderr.String())
		}
	}
}

func (d *crashDesk) verify(desk *bot.Desk, mails int) {
	d.t.Helper()
	result, err := desk.Store().Check()
	if err == nil {
		err = desk.Store().CheckRaw(&result)
	}
	if err != nil {
		d.t.Fatal(err)
	}
	for _, p := range result.Problems {
		d.t.Errorf("check: %s", p)
	}
	opened := map[string]int{}
	desk.List(bot.Args{Queue: "all"}, func(row any) error {
		opened[row.(bot.RequestRow).Requester]++
		return nil
	})
	acknowledged, noticed, byID := map[string]map[string]bool{}, map[string]map[string]bool{}, map[string][]byte{}
	repeats, gathered := 0, 0
	for _, r := range d.smtp.Mails() {
		m := message.Parse(r.Data)
		if before, ok := byID[m.MessageID]; ok {
			repeats++
			if !bytes.Equal(before, r.Data) {
				d.t.Errorf("repeated with other bytes: %s", m.MessageID)
			}
		}
		byID[m.MessageID] = r.Data
		kind, keys := acknowledged, []string{r.To[0]}
		if m.Header.Get("X-Triaged-Kind") == "notice" {
			kind, keys = noticed, toldOf(m)
			gathered += min(len(keys)-1, 1)
		}
		for _, key := range keys {
			if kind[key] == nil {
				kind[key] = map[string]bool{}
			}
			kind[key][m.MessageID] = true
		}
	}
	for i := range mails {
		who := fmt.Sprintf("p%d@school.example", i)
		if opened[who] != 1 {
			d.t.Errorf("%s has %d requests", who, opened[who])
		}
		if len(acknowledged[who]) != 1 {
			d.t.Errorf("%s has %d acknowledgements", who, len(acknowledged[who]))
		}
		if label := fmt.Sprintf("SR-%d", i+1); len(noticed[label]) != 1 {
			d.t.Errorf("%s has %d notices", label, len(noticed[label]))
		}
	}
	d.t.Logf("%d mails, %d sent, %d of them repeats, %d notices of several requests", mails, len(d.smtp.Mails()), repeats, gathered)
	if gathered == 0 {
		d.t.Error("no notices were gathered: the crashes do not try that")
	}
}

// toldOf are the requests that a notice tells of: one, or a list.
func toldOf(m *message.Message) (labels []string) {
	if label := m.Header.Get("X-Triaged-Request"); label != "" {
		return []string{label}
	}
	for _, row := range noticeRow.FindAllStringSubmatch(m.Text, -1) {
		labels = append(labels, row[1])
	}
	return labels
}

var noticeRow = regexp.MustCompile(`(?m)^(SR-\d+), `)
