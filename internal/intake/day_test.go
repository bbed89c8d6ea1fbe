package intake_test

import (
	"cmp"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"triaged/internal/compose"
	"triaged/internal/intake"
	"triaged/internal/request"
)

var update = flag.Bool("update", false, "write the expected transcript anew")

// A mail of the day. It is new, or answers the latest mail of a kind to its author, about a request if one is named.
type mail struct {
	at, from, subject, text string
	answers                 compose.Kind
	about                   request.Number
	header                  string
}

const (
	bob  = "bob@school.example"  // teacher
	ann  = "ann@school.example"  // principal
	luz  = "luz@school.example"  // clerk, writes Spanish
	dot  = "dot@school.example"  // librarian
	opal = "opal@school.example" // operator
)

// day is a day at the desk: a dozen people, and every command at least once.
var day = []mail{
	{at: "8:00", from: pat, subject: "Projector", text: "The projector in room 214 is dark."},
	{at: "8:02", from: kim, answers: compose.Notice, about: 1, text: "1-3"},
	{at: "8:03", from: kim, answers: compose.Receipt, about: 1, text: "#mine 30m"},
	{at: "8:05", from: bob, subject: "Wifi", text: "No wifi in the gym.", header: "Cc: " + dot},
	{at: "8:06", from: kim, answers: compose.Notice, about: 2, text: "#1-4?"},
	{at: "8:07", from: kim, answers: compose.Notice, about: 2, text: "ok"},
	{at: "8:08", from: kim, answers: compose.Receipt, about: 2, text: "#undo"},
	{at: "8:09", from: ana, subject: "[SR-2] #1-4", header: vouched},
	{at: "8:10", from: kim, answers: compose.Notice, about: 2, text: "#1-3"},
	{at: "8:11", from: kim, answers: compose.Notice, about: 2, text: "#1-3!"},
	{at: "8:12", from: pat, answers: compose.Acknowledgement, about: 1, text: "And the speaker hums."},
	{at: "8:13", from: kim, answers: compose.Notice, about: 1, text: "#split"},
	{at: "8:15", from: kim, answers: compose.Notice, about: 1, text: "#reply We bring a new lamp at ten."},
	{at: "8:16", from: kim, answers: compose.Notice, about: 1, text: "Lamp type is ELPLP96."},
	{at: "8:20", from: kim, answers: compose.Notice, about: 1, text: "#wait vendor until 2026-03-06\nThe lamp is ordered."},
	{at: "8:25", from: pat, answers: compose.Acknowledgement, about: 1, text: "#status"},
	{at: "8:26", from: pat, answers: compose.Acknowledgement, about: 1, text: "#why"},
	{at: "8:30", from: luz, subject: "Impresora", text: "Buenos días, la impresora de la oficina no imprime y hoy tenemos que enviar las boletas. Gracias por su ayuda."},
	{at: "8:31", from: ana, subject: "[SR-4] #assign vic", header: vouched},
	{at: "8:32", from: vic, answers: compose.Notice, about: 4, text: "#ack"},
	{at: "8:33", from: vic, answers: compose.Notice, about: 4, text: "#resolve Tambor nuevo."},
	{at: "8:34", from: vic, answers: compose.Notice, about: 4, text: "#resolve Tambor nuevo.\n#1-4"},
	{at: "8:40", from: luz, answers: compose.Resolved, about: 4, text: "¡Muchas gracias!\nLuz"},
	{at: "8:50", from: luz, answers: compose.Resolved, about: 4, text: "Ahora imprime todo en blanco."},
	{at: "9:00", from: ana, subject: "Call", text: "#for ann@school.example\n#1-2\nThe testing lab is down.", header: vouched},
	{at: "9:01", from: ana, subject: "Call", text: "#for ann@school.example\nNo code here.", header: vouched},
	{at: "9:05", from: bob, subject: "Gym wifi", text: "Still no wifi in the gym!"},
	{at: "9:06", from: kim, answers: compose.Notice, about: 6, text: "#dup 2"},
	{at: "9:10", from: dot, subject: "Books", text: "The catalogue should be upgraded in summer."},
	{at: "9:11", from: ana, subject: "[SR-7] #5-3", header: vouched},
	{at: "9:12", from: ana, answers: compose.Receipt, about: 7, text: "#schedule 2026-06-15"},
	{at: "9:13", from: kim, answers: compose.Notice, about: 7, text: "#approve"},
	{at: "9:14", from: sue, subject: "[SR-7] #approve", header: vouched},
	{at: "9:15", from: kim, answers: compose.Notice, about: 7, text: "#link SR-2"},
	{at: "9:16", from: kim, answers: compose.Notice, about: 7, text: "#unlink SR-2"},
	{at: "9:20", from: "winner@lottery.example", subject: "You won", text: "Click here.", header: "X-Spam-Flag: YES"},
	{at: "9:21", from: "partner@lottery.example", subject: "Offer", text: "Please call."},
	{at: "9:22", from: dot, subject: "Junk", text: "Cheap pills.", header: ""},
	{at: "9:23", from: ana, subject: "[SR-8] #spam", header: vouched},
	{at: "9:30", from: pat, subject: "Keys", text: "My keyboard lost a key."},
	{at: "9:31", from: bob, subject: "Screen", text: "My screen flickers."},
	{at: "9:32", from: ann, subject: "Training", text: "Please train us in Forms."},
	{at: "9:45", from: ana, answers: compose.Digest, text: "all 1-3\n11 4-3\n99 1-1\n9 1-9"},
	{at: "9:46", from: ana, answers: compose.Digest, text: "#reviewed"},
	{at: "9:47", from: ana, answers: compose.Digest, text: "#open 37"},
	{at: "9:50", from: kim, subject: "[SR-11] #resolve", header: vouched},
	{at: "9:51", from: kim, subject: "[SR-11]", text: "#resolve\nCourse held on Monday.", header: vouched},
	{at: "9:55", from: bob, subject: "[SR-10] #withdraw", header: vouched},
	{at: "9:56", from: bob, subject: "[SR-10] #reopen", header: vouched},
	{at: "9:57", from: kim, answers: compose.Notice, about: 9, text: "#escalate Pat needs it for the exam"},
	{at: "9:58", from: kim, answers: compose.Notice, about: 9, text: "#note asked the depot"},
	{at: "10:00", from: kim, subject: "[SR-9] #1-2", text: ""},
	{at: "10:01", from: kim, answers: compose.Confirmation, text: "no"},
	{at: "10:02", from: kim, subject: "[SR-9] #1-2", text: "She has an exam."},
	{at: "10:03", from: kim, answers: compose.Confirmation, text: "yes"},
	{at: "10:10", from: kim, subject: "#help", header: vouched},
	{at: "10:11", from: luz, subject: "Ayuda", text: "#help"},
	{at: "10:12", from: pat, subject: "Automatic reply: away", text: "I am away.", header: "Auto-Submitted: auto-replied\r\nIn-Reply-To: <1@people.example>"},
	{at: "10:15", from: opal, answers: compose.Operator, text: "#retry"},
	{at: "10:16", from: opal, subject: "Outbox", text: "#discard 78", header: vouched},
	{at: "10:17", from: opal, subject: "[SR-9] #resolve", header: vouched},
	{at: "10:20", from: kim, subject: "Inventory", text: "#7-3\nTwo laptops are missing after the audit.", header: vouched},
	{at: "10:21", from: kim, answers: compose.Receipt, text: "#for dot@school.example"},
}

// TestADayAtTheDesk lets the day pass. What each mail became and caused, the queue at its end and every request stand in
// testdata/day.txt, for people to read.
func TestADayAtTheDesk(t *testing.T) {
	f := newMemory(t)
	f.staffed(opal)
	var out strings.Builder
	said := map[string]bool{}
	for i, m := range day {
		f.clock(m.at)
		if m.at == "9:45" {
			f.digest()
		}
		if m.at == "10:15" {
			f.trouble()
		}
		v := f.take(f.write(m))
		fmt.Fprintf(&out, "%2d. %s %s: %s\n", i+1, m.at, strings.TrimSuffix(m.from, "@school.example"), oneLine(m.subject+" / "+m.text))
		fmt.Fprintf(&out, "    %s: %s\n", v.Outcome, v.Reason)
		for _, l := range v.Letters {
			fmt.Fprintf(&out, "    -> %s\n", f.described(l))
			if l.Receipt != nil {
				for _, item := range l.Receipt.Items {
					fmt.Fprintf(&out, "       %s %s %s\n", map[bool]string{true: "done", false: "not done"}[item.Done], item.Request.Label("SR"), strings.TrimSpace(item.Result+" "+item.Code.String()))
				}
			}
		}
		for _, o := range v.Orders {
			fmt.Fprintf(&out, "    order: %s %d\n", o.Verb, o.Outbox)
		}
		for _, w := range strings.Fields(strings.ToLower(m.subject + " " + m.text)) {
			said[strings.TrimLeft(w, "#")] = said[strings.TrimLeft(w, "#")] || strings.HasPrefix(w, "#")
		}
	}
	f.writeQueue(&out)
	const file = "testdata/day.txt"
	if *update {
		os.MkdirAll("testdata", 0o755)
		if err := os.WriteFile(file, []byte(out.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got := out.String(); got != string(want) {
		t.Errorf("the day differs from %s; look at it, then run with -update:\n%s", file, firstDifference(got, string(want)))
	}
	for _, word := range strings.Fields("1-3! 1-4? mine undo split reply wait status why assign ack resolve for dup schedule approve link unlink spam reviewed open withdraw reopen escalate note help retry discard") {
		if !said[word] {
			t.Errorf("nobody says #%s", word)
		}
	}
}

func firstDifference(got, want string) string {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range g {
		if i >= len(w) || g[i] != w[i] {
			return fmt.Sprintf("line %d: %s\nwanted: %s", i+1, g[i], append(w, "")[min(i, len(w))])
		}
	}
	return "it is shorter"
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

func (f *memory) clock(at string) {
	f.t.Helper()
	t, err := time.ParseInLocation("2006-01-02 15:04", "2026-03-02 "+at, f.policy.Zone)
	if err != nil {
		f.t.Fatal(err)
	}
	f.now = t
}

// write writes a mail of the day.
func (f *memory) write(m mail) string {
	f.t.Helper()
	if m.answers == "" {
		return f.mail(m.from, m.subject, m.text, m.header)
	}
	var last intake.Sent
	for _, s := range f.sent {
		if s.Letter.Kind == m.answers && s.Letter.To.Address == m.from && s.ID > last.ID && (m.about == 0 || s.Letter.Request == m.about) {
			last = s
		}
	}
	if last.ID == 0 {
		f.t.Fatalf("%s: no %s about %d went to %s", m.at, m.answers, m.about, m.from)
	}
	return f.answer(last.Letter, m.from, m.text, m.header)
}

// described says what a mail is, to whom, and what it has to say that others have not.
func (f *memory) described(l compose.Letter) string {
	s := string(l.Kind) + " to " + strings.TrimSuffix(l.To.Address, "@school.example") + " " + l.Request.Label("SR")
	switch {
	case l.Notice != nil:
		s += " " + oneLine(strings.Join(append(l.Notice.Alert, l.Notice.Say...), " "))
	case l.Outcome != nil:
		s += " " + l.Outcome.Code.String() + " " + oneLine(f.texts[l.Outcome.Text]+" "+strings.Join(l.Outcome.Missing, ", "))
	}
	return strings.TrimSpace(s)
}

// writeQueue writes the requests in the order to work them, then those that are closed.
func (f *memory) writeQueue(out *strings.Builder) {
	var all []request.Request
	for _, r := range f.requests {
		all = append(all, r)
	}
	rank := func(r request.Request) request.Rank {
		entry, _ := f.policy.Chart.Lookup(r.Code)
		place := request.Place{Emergency: entry.Rules.Emergency, BehindOverdue: entry.Rules.OverdueFirst}
		return r.RankOf(r.Due(f.policy.Calendar), place, f.policy.CategorizeWithin)
	}
	slices.SortFunc(all, func(a, b request.Request) int {
		if a.State.Active() != b.State.Active() {
			return map[bool]int{true: -1, false: 1}[a.State.Active()]
		}
		if !a.State.Active() {
			return cmp.Compare(a.Number, b.Number)
		}
		return rank(a).Compare(rank(b))
	})
	out.WriteString("\nThe queue:\n")
	for _, r := range all {
		due := ""
		if at := r.Due(f.policy.Calendar); !at.IsZero() && r.State.Active() {
			due = ", due " + at.In(f.policy.Zone).Format("Mon Jan 2 15:04")
		}
		fmt.Fprintf(out, "%s %s %s%s: %s of %s, with %s %s\n", r.Number.Label("SR"), r.State, r.Code, due, f.texts[r.Subject], r.Requester.Address, r.Assignee, r.Team)
	}
}

// trouble lets a mail to a vendor die, and tells the operator.
func (f *memory) trouble() {
	f.stuck[77] = intake.Stuck{Letter: compose.Letter{Kind: compose.Notice, To: request.Person{Address: vic}}, State: "dead"}
	f.stuck[78] = f.stuck[77]
	f.post(compose.Letter{
		Kind: compose.Operator, To: request.Person{Address: opal}, At: f.now, Commands: true,
		Plain: &compose.PlainBody{Subject: "A mail could not be sent", Outbox: 77},
	})
}
