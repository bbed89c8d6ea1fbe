package school

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"triaged/internal/chart"
	"triaged/internal/command"
	"triaged/internal/config"
	"triaged/internal/message"
)

func TestConfigurationLoads(t *testing.T) {
	text := Configuration(Servers{IMAP: "127.0.0.1:1143", SMTP: "127.0.0.1:1587", Security: config.NoTLS,
		Username: "support", Password: "secret", DataDir: `/tmp/a "b"`, Directory: "people.csv"})
	c, err := config.Parse("/school/config.toml", text)
	if err != nil {
		t.Fatal(err)
	}
	if c.Desk.Name != DeskName || c.Desk.Address != DeskAddress || c.Location().String() != Zone().String() {
		t.Errorf("desk %+v", c.Desk)
	}
	if c.Desk.DataDir != `/tmp/a "b"` || c.Desk.Directory != "/school/people.csv" {
		t.Errorf("folders %q, %q", c.Desk.DataDir, c.Desk.Directory)
	}
	people := map[string]string{}
	for _, p := range People() {
		people[p.Address] = p.Name
	}
	for _, s := range c.Staff {
		if people[s.Address] != s.Name {
			t.Errorf("%s <%s> is not at the school", s.Name, s.Address)
		}
	}
	if !c.WorkingTime().IsOpen(Start()) {
		t.Errorf("nobody works at %v, when the story begins", Start())
	}
}

func TestDirectory(t *testing.T) {
	want := "address,name,campus,title\ndana.whitfield@school.example,Dana Whitfield,Lincoln Elementary,Teacher\n"
	if got := string(Directory()); !strings.HasPrefix(got, want) || strings.Contains(got, Toby.Address) {
		t.Error(got)
	}
}

// botMail is a mail such as a bot might send: what the scenes answer in these tests.
func botMail(kind, to, subject, text string) *message.Message {
	raw := fmt.Sprintf(`From: "Customer Care Center" <support@school.example>
To: <%s>
Subject: %s
Date: Mon, 5 Oct 2026 14:31:00 +0000
Message-ID: <sr-3.k2.q7@school.example>
References: <first@school.example>
 <pseudo.k2.q7@school.example>
Auto-Submitted: auto-replied
X-Triaged-Kind: %s
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8

%s`, to, subject, kind, text)
	return message.Parse([]byte(strings.ReplaceAll(raw, "\n", "\r\n")))
}

const botText = `Your request has the number SR-3.

    “Projector in room 214 won’t turn on”

A technician will categorize it by 9:34 AM. Answer this mail to add to it; a line of more than seventy-six characters is not rare in such a mail.
`

func rendered(t *testing.T, s Scene) ([]byte, *message.Message) {
	t.Helper()
	c := Context{Now: Start().Add(s.At)}
	if s.Answer != nil {
		about, text := s.Answer.About, botText
		if s.Answer.Kind == "digest" {
			about = "2 requests to categorize"
			text = "SR-3  La impresora de la oficina no funciona\n\nSR-4  Chromebook cart not\n  charging\n"
		}
		c.Answered = botMail(s.Answer.Kind, s.Answer.To, "[SR-3] "+about, text)
		c.Now = c.Now.Add(time.Hour)
		if !s.Answer.Matches(c.Answered, s.Answer.NotBefore) {
			t.Errorf("the cue %+v does not match %v", s.Answer, c.Answered.Header)
		}
	}
	raw := s.Raw(c)
	return raw, message.Parse(raw)
}

func TestMailsAreWellFormed(t *testing.T) {
	ids := map[string]string{}
	for _, s := range Story() {
		t.Run(s.Name, func(t *testing.T) {
			raw, m := rendered(t, s)
			for i, line := range bytes.Split(bytes.TrimSuffix(raw, []byte("\r\n")), []byte("\r\n")) {
				if len(line) > 998 || bytes.ContainsAny(line, "\r\n\x00") {
					t.Errorf("line %d: %q", i+1, line)
				}
			}
			if bytes.Contains(raw, []byte("{{")) || bytes.Contains(raw, []byte("no value")) {
				t.Errorf("not filled in:\n%s", raw)
			}
			if len(m.Defects) > 0 {
				t.Errorf("defects %q in\n%s", m.Defects, raw)
			}
			if m.From.Address != s.From.Address || len(m.To) != 1 || m.To[0].Address != DeskAddress {
				t.Errorf("from %v to %v", m.From, m.To)
			}
			if m.MessageID == "" || ids[m.MessageID] != "" {
				t.Errorf("Message-ID %q is also that of %q", m.MessageID, ids[m.MessageID])
			}
			ids[m.MessageID] = s.Name
			if want := Start().Add(s.At).Unix(); s.Answer == nil && m.Date.Unix() != want {
				t.Errorf("date %v", m.Date)
			}
			again, _ := rendered(t, s)
			if !bytes.Equal(raw, again) {
				t.Error("written twice, it differs")
			}
		})
	}
}

func TestWhatTheMailsSay(t *testing.T) {
	want := map[string]struct {
		kind  message.Kind
		reply string // how it begins
	}{
		"projector":                {message.Personal, "Good morning,\n\nThe projector in my classroom won’t turn on."},
		"password":                 {message.Personal, "One of my students in 3rd period cannot log in"},
		"printer":                  {message.Personal, "Buenos días:\n\nLa impresora"},
		"outage":                   {message.Personal, "No internet anywhere at Jefferson since about 7:50"},
		"newsletter":               {message.List, "Classroom Tech Weekly"},
		"stolen":                   {message.Personal, "Hello,\n\nMy district laptop was stolen"},
		"order":                    {message.Personal, "Hi,\n\nMrs. Alvarez approved the attached quote"},
		"inventory":                {message.Personal, "Hello,\n\ncould you send me the list of the devices"},
		"phone":                    {message.Personal, "Hi I got a new phone"},
		"cart":                     {message.Personal, "Good morning, I'm subbing for Mr. Dietz"},
		"more about the projector": {message.Personal, "I forgot to say: the remote does not do anything either"},
		"out of office":            {message.AutoReply, ""},
		"bounce":                   {message.Bounce, ""},
		"thanks":                   {message.Personal, "Thank you so much!"},
		"projector is 1-3":         {message.Personal, "#1-3"},
		"password is 2-3":          {message.Personal, "#2.3"},
		"outage is 1-1":            {message.Personal, "# 1 - 1\nThe fiber at the service center is cut"},
		"stolen is 3-1":            {message.Personal, ""},
		"phone is 1-9":             {message.Personal, "#1-9"},
		"phone is 1-8":             {message.Personal, "Sorry.\n\n#1-8"},
		"digest":                   {message.Personal, "SR-3 1-4\nSR-4 1-3"},
	}
	for _, s := range Story() {
		_, m := rendered(t, s)
		w, ok := want[s.Name]
		if !ok {
			t.Errorf("%s: nothing is said of it here", s.Name)
			continue
		}
		if m.Kind != w.kind || !strings.HasPrefix(m.Reply, w.reply) {
			t.Errorf("%s: is %s (%s), says %q", s.Name, m.Kind, m.KindReason, m.Reply)
		}
		if s.Answer != nil && strings.Contains(m.Reply, "Your request has the number") {
			t.Errorf("%s: quotes count as new: %q", s.Name, m.Reply)
		}
	}
}

func TestRepliesJoinTheThread(t *testing.T) {
	for _, s := range Story() {
		if !strings.HasPrefix(s.mail, "reply-") && s.mail != "vacation.eml" {
			continue
		}
		_, m := rendered(t, s)
		if diff := cmp.Diff([]string{"sr-3.k2.q7@school.example"}, m.InReplyTo); diff != "" {
			t.Errorf("%s: %s", s.Name, diff)
		}
		references := []string{"first@school.example", "pseudo.k2.q7@school.example", "sr-3.k2.q7@school.example"}
		if diff := cmp.Diff(references, m.References); diff != "" {
			t.Errorf("%s: %s", s.Name, diff)
		}
		if strings.HasPrefix(s.mail, "reply-") && (!strings.HasPrefix(m.Subject, "Re: [SR-3]") || !strings.Contains(m.Text, "SR-3")) {
			t.Errorf("%s: subject %q, text %q", s.Name, m.Subject, m.Text)
		}
	}
}

func find(t *testing.T, name string) Scene {
	t.Helper()
	for _, s := range Story() {
		if s.Name == name {
			return s
		}
	}
	t.Fatalf("there is no scene %q", name)
	return Scene{}
}

func TestOrderHasItsQuote(t *testing.T) {
	_, m := rendered(t, find(t, "order"))
	if len(m.Attachments) != 1 || m.Attachments[0].Name != "Quote Q-20417.pdf" || m.Attachments[0].Type != "application/pdf" {
		t.Fatalf("%+v", m.Attachments)
	}
	if pdf := m.Attachments[0].Content(); len(pdf) != 934 || !bytes.HasPrefix(pdf, []byte("%PDF-1.4")) || !bytes.HasSuffix(pdf, []byte("%%EOF\n")) {
		t.Errorf("%d bytes: %q", len(pdf), pdf)
	}
}

func TestBounceNamesTheMail(t *testing.T) {
	_, m := rendered(t, find(t, "bounce"))
	want := []message.Report{{Recipient: Toby.Address, Action: "failed", Status: "5.1.1", OriginalMessageID: "sr-3.k2.q7@school.example"}}
	for i := range m.Reports {
		m.Reports[i].Diagnostic = ""
	}
	if diff := cmp.Diff(want, m.Reports); diff != "" {
		t.Error(diff)
	}
}

func TestSpanishIsSpanish(t *testing.T) {
	for _, s := range requests() {
		_, m := rendered(t, s)
		if (m.Language == "es") != (s.Name == "printer") {
			t.Errorf("%s is in %q", s.Name, m.Language)
		}
		if s.subject != "" && m.Subject != s.subject {
			t.Errorf("%s has the subject %q, and should have %q", s.Name, m.Subject, s.subject)
		}
	}
}

func TestCodesAreOnTheChart(t *testing.T) {
	for _, s := range requests() {
		if s.code == "" {
			continue
		}
		if _, err := chart.Default().Select(s.code); err != nil {
			t.Errorf("%s: %v", s.Name, err)
		}
	}
}

func TestSubjectCommand(t *testing.T) {
	if _, m := rendered(t, find(t, "stolen is 3-1")); m.Subject != "[SR-3] #3-1" || len(m.InReplyTo) > 0 {
		t.Errorf("subject %q, in reply to %q", m.Subject, m.InReplyTo)
	}
}

// What the staff write is what the reply language has for it.
func TestStaffSpeakTheLanguage(t *testing.T) {
	for name, want := range map[string]string{
		"projector is 1-3": "#1-3", "password is 2-3": "#2-3", "outage is 1-1": "#1-1", "stolen is 3-1": "SR-3 #3-1",
		"phone is 1-9": "#1-9", "phone is 1-8": "#1-8", "digest": "SR-3 #1-4 SR-4 #1-3",
		"more about the projector": "", "thanks": "",
	} {
		s := find(t, name)
		_, m := rendered(t, s)
		setting := command.Setting{Prefix: "SR", Author: s.From.Name, Today: command.DateOf(Start())}
		if s.Answer != nil && len(m.InReplyTo) > 0 {
			setting.Answer = command.Answer(s.Answer.Kind)
			setting.Listed = 1
		}
		if name == "digest" {
			setting.Listed = 2
		}
		reading := command.Read(m.Reply, setting)
		inSubject := command.ReadSubject(m.Topic, setting)
		var said []string
		for _, c := range append(reading.Commands, inSubject.Commands...) {
			said = append(said, c.Format("SR"))
		}
		if got := strings.Join(said, " "); got != want || len(reading.Mistakes)+len(inSubject.Mistakes) > 0 {
			t.Errorf("%s: %q, mistakes %+v %+v", name, got, reading.Mistakes, inSubject.Mistakes)
		}
	}
}

func TestAnalystKnowsHerRequests(t *testing.T) {
	for name, tt := range map[string]struct{ text, want string }{
		"table":     {"SR-2 | 2 h 10 min | stolen laptop\nSR-12 | 5 min | Order for the front…\n", "SR-2 3-1\nSR-12 3-4\n"},
		"twice":     {"SR-2 stolen laptop\n\nmailto: SR-2 stolen laptop\n", "SR-2 3-1\n"},
		"strangers": {"SR-2 lunch menu\nSR-3 new phone no wifi", "SR-3 1-8\n"},
		"nothing":   {"The queue is empty.", ""},
	} {
		if got := categorizeAll(botMail("digest", Lee.Address, "Queue", tt.text)); got != tt.want {
			t.Errorf("%s: %q", name, got)
		}
	}
	s := find(t, "digest")
	if raw := s.Raw(Context{Now: Start(), Answered: botMail("digest", Lee.Address, "Queue", "The queue is empty.")}); raw != nil {
		t.Errorf("an answer to an empty digest:\n%s", raw)
	}
}

func TestCue(t *testing.T) {
	cue := &Cue{Kind: "digest", To: Lee.Address, NotBefore: 3 * time.Hour}
	for _, tt := range []struct {
		kind, to string
		since    time.Duration
		want     bool
	}{
		{"digest", Lee.Address, 3 * time.Hour, true},
		{"digest", "Lee.Okafor@School.example", 4 * time.Hour, true},
		{"digest", Lee.Address, time.Hour, false},
		{"digest", Priya.Address, 3 * time.Hour, false},
		{"reminder", Lee.Address, 3 * time.Hour, false},
	} {
		if got := cue.Matches(botMail(tt.kind, tt.to, "x", "x"), tt.since); got != tt.want {
			t.Errorf("%+v: %v", tt, got)
		}
	}
}

func TestStoryIsInOrder(t *testing.T) {
	names := map[string]bool{}
	last := time.Duration(0)
	for i, s := range Story() {
		if names[s.Name] || s.About == "" || s.At <= 0 {
			t.Errorf("%+v", s)
		}
		names[s.Name] = true
		if s.Answer == nil && (s.At <= last || i >= len(requests())) {
			t.Errorf("%s is out of order", s.Name)
		}
		last = s.At
	}
}
