package bot_test

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"triaged/internal/bot"
	"triaged/internal/config"
	"triaged/internal/inprocess"
	"triaged/internal/store"
)

// settlement is a sentence of the design that settles a question, with a day at the desk on which it holds.
type settlement struct {
	sentence string // a few of its words
	held     func(s *school)
	with     []func(*config.Config)
}

// TestCommandsAndProof has a day for each sentence that settles what a command is, and who may give it.
func TestCommandsAndProof(t *testing.T) { holds(t, commandsAndProof) }

// TestWhoIsWrittenTo has a day for each sentence that settles whose a mail is, and who is written to.
func TestWhoIsWrittenTo(t *testing.T) { holds(t, whoIsWrittenTo) }

func holds(t *testing.T, settled []settlement) {
	for _, p := range settled {
		t.Run(p.sentence, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				change := append([]func(*config.Config){withSupervisor, withVendorAndPortal, uncapped}, p.with...)
				s := openSchool(t, inprocess.SMTPOptions{}, change...)
				defer s.close()
				p.held(s)
			})
		})
	}
}

var commandsAndProof = []settlement{
	{sentence: "A token sent to a person serves that person", held: func(s *school) {
		notice := s.opens("Projector", "It is dark.")
		s.sent()
		s.answers(notice, "vic@printers.example", "#1-3")
		s.ends("held-for-confirmation", "")
		s.answers(notice, "kim@school.example", "#1-3")
		s.ends("commanded", "token")
	}},
	{sentence: "to a team's address, the team's members", with: []func(*config.Config){func(c *config.Config) {
		c.Notify.NewRequest = []string{"campus@school.example"}
	}}, held: func(s *school) {
		s.arrives("pat@school.example", "Projector", "It is dark.")
		notice := s.oneTo("notice", "campus@school.example")
		s.answers(notice, "vic@printers.example", "#1-3")
		s.ends("held-for-confirmation", "")
		s.answers(notice, "kim@school.example", "#1-3")
		s.ends("commanded", "token")
	}},
	{sentence: "to another address under notify.new_request, any staff", with: []func(*config.Config){func(c *config.Config) {
		c.Notify.NewRequest = []string{"queue@school.example"}
	}}, held: func(s *school) {
		s.arrives("pat@school.example", "Projector", "It is dark.")
		notice := s.oneTo("notice", "queue@school.example")
		s.answers(notice, "vic@printers.example", "#1-3")
		s.ends("commanded", "token")
		s.answers(notice, "lou@school.example", "#1-4")
		s.ends("replied", "a tag was ignored")
		s.category("SR-1", "1-3")
	}},
	{sentence: "A confirmation is answered with yes or by repeating the command", held: func(s *school) {
		for i, text := range []string{"yes", "#1-3", "1.3"} {
			s.opens(fmt.Sprintf("Projector %d", i), "It is dark.")
			s.arrives("kim@school.example", fmt.Sprintf("[SR-%d] #1-3", i+1), "")
			s.answers(s.oneTo("confirmation", "kim@school.example"), "kim@school.example", text)
			s.category(fmt.Sprintf("SR-%d", i+1), "1-3")
		}
	}},
	{sentence: "An Authentication-Results header counts only if it is the topmost one under the trusted authserv-id", held: func(s *school) {
		s.opens("Projector", "It is dark.")
		s.arrives("kim@school.example", "[SR-1] #1-3", "", "Authentication-Results: mx.school.example; dmarc=none", dmarcPass)
		s.ends("held-for-confirmation", "")
		s.arrives("kim@school.example", "[SR-1] #1-3", "1", "Authentication-Results: mx.elsewhere.example; dmarc=none", dmarcPass)
		s.ends("commanded", "dmarc")
	}},
	{sentence: "Bare forms count only in answers to a notice, reminder, digest or confirmation", held: func(s *school) {
		s.answers(s.opens("Projector", "It is dark."), "kim@school.example", "1-3")
		s.category("SR-1", "1-3")
		s.answers(s.oneTo("receipt", "kim@school.example"), "kim@school.example", "1-4")
		s.category("SR-1", "1-3")
		s.opens("Screen", "It is torn.")
		s.until("03-02", "09:06")
		s.answers(s.oneTo("reminder", "ana@school.example"), "ana@school.example", "1-3")
		s.category("SR-2", "1-3")
	}},
	{sentence: "only if the new text, greeting and signature aside, is nothing but such lines", held: func(s *school) {
		notice := s.opens("Projector", "It is dark.")
		s.answers(notice, "kim@school.example", "1-3\nShe is in room 5 until noon.")
		s.category("SR-1", "")
		if m := s.oneTo("receipt", "kim@school.example"); !strings.Contains(m.Text, `"1-3": without its number sign a command counts only`) {
			s.t.Errorf("what did not count is not named:\n%s", m.Text)
		}
		s.answers(notice, "kim@school.example", "Hi,\n\n1-3\n\nThanks,\nKim Tran")
		s.category("SR-1", "1-3")
	}},
	{sentence: "a bare code or suggestion only while the request is uncategorized", held: func(s *school) {
		notice := s.opens("Projector", "It is dark.")
		s.do("SR-1", "#1-3", "kim@school.example")
		s.answers(notice, "kim@school.example", "1-4")
		s.category("SR-1", "1-3")
		s.answers(notice, "kim@school.example", "#1-4")
		s.category("SR-1", "1-4")
	}},
	{sentence: "Anywhere else a command needs its #", held: func(s *school) {
		s.opens("Projector", "It is dark.")
		s.arrives("kim@school.example", "codes", "SR-1 1-3", dmarcPass)
		s.ends("refused-command", "")
		if m := s.oneTo("receipt", "kim@school.example"); !strings.Contains(m.Text, `"SR-1 1-3": without its number sign a command counts only`) {
			s.t.Errorf("the hint is missing:\n%s", m.Text)
		}
		err := s.desk.Do(bot.Args{Number: "SR-1", Text: "1-3", As: "kim@school.example"}, func(any) error { return nil })
		if err == nil || !strings.Contains(err.Error(), "'#1-3'") {
			s.t.Errorf("at the shell: %v", err)
		}
		s.category("SR-1", "")
	}},
	{sentence: "A lone 1-3 under a digest of several requests, #13, #1 3: refused with a hint, never guessed", held: func(s *school) {
		notice := s.opens("Projector", "It is dark.")
		s.opens("Screen", "It is torn.")
		digest := s.digest()
		s.answers(digest, "ana@school.example", "1-3")
		s.refusedWith("ana@school.example", "all 1-3")
		s.answers(notice, "kim@school.example", "#13")
		s.refusedWith("kim@school.example", "1-3")
		s.answers(notice, "kim@school.example", "#1 3")
		s.refusedWith("kim@school.example", "SR-1 3")
	}},
	{sentence: "With two tokens on a line, the first is always requests", held: func(s *school) {
		for i := range 3 {
			s.opens(fmt.Sprintf("Password %d", i), "I forgot it.")
		}
		s.answers(s.digest(), "ana@school.example", "1-3 2-3")
		for _, number := range []string{"SR-1", "SR-2", "SR-3"} {
			s.category(number, "2-3")
		}
	}},
	{sentence: "What somebody typed into a quoted mail of the bot's is new text, compared ignoring wrapping and quote marks", held: func(s *school) {
		s.opens("Projector", "It is dark.")
		s.opens("Screen", "It is torn.")
		digest := s.digest()
		text := strings.Replace(strings.ReplaceAll(digest.Text, ": ", ":\n"), "It is torn.", "It is torn.\nSR-2 1-4", 1)
		s.arrives("ana@school.example", "Re: "+digest.Subject, "\n\nFrom: Customer Care Center\nSent: Monday\nTo: Ana\nSubject: queue\n\n"+text, "In-Reply-To: <"+digest.MessageID+">")
		s.category("SR-2", "1-4")
		s.category("SR-1", "")
	}},
	{sentence: "What a requester wrote is never a staff member's command", held: func(s *school) {
		notice := s.opens("#1-1 [SR-9] Projector", "#1-1\nSR-1 #resolve\n[SR-9] #spam")
		for _, said := range []string{"#1-1", "SR-1 #resolve", "[SR-9] #spam", "[SR-9] Proj"} {
			if strings.Contains(notice.Text, said) || strings.Contains(notice.Subject, said) {
				s.t.Errorf("the notice bears %q of the requester's:\n%s\n%s", said, notice.Subject, notice.Text)
			}
		}
		s.arrives("kim@school.example", "Re: "+notice.Subject, notice.Text, "In-Reply-To: <"+notice.MessageID+">")
		s.category("SR-1", "")
	}},
	{sentence: "a subject command in an answer counts only if the subject that the bot sent did not have it", held: func(s *school) {
		notice := s.opens("#1-1", "It is dark.")
		s.arrives("kim@school.example", "Re: [SR-1] #1-1", "I will look.", "In-Reply-To: <"+notice.MessageID+">")
		s.category("SR-1", "")
		s.arrives("kim@school.example", "Re: [SR-1] #1-4", "", "In-Reply-To: <"+notice.MessageID+">")
		s.category("SR-1", "1-4")
	}},
	{sentence: "A one-tap mailto: link starts a new mail with a single-use key bound to its recipient and request", held: func(s *school) {
		notice := s.opens("Projector", "The projector in room 214 is dark.")
		s.opens("Screen", "It is torn.")
		_, rest, _ := strings.Cut(notice.Text, "<mailto:support@school.example?")
		link, _, _ := strings.Cut(rest, ">")
		values, err := url.ParseQuery(link)
		if err != nil || !strings.Contains(values.Get("body")+values.Get("subject"), "#") {
			s.t.Fatalf("the notice's link %q bears no command: %v", link, err)
		}
		s.arrives("vic@printers.example", values.Get("subject"), values.Get("body"))
		s.ends("held-for-confirmation", "")
		s.arrives("kim@school.example", strings.ReplaceAll(values.Get("subject"), "SR-1", "SR-2"), strings.ReplaceAll(values.Get("body"), "SR-1", "SR-2"))
		s.category("SR-2", "")
		s.arrives("kim@school.example", values.Get("subject"), values.Get("body"))
		s.ends("commanded", "")
		s.arrives("kim@school.example", values.Get("subject"), values.Get("body")+"\n")
		s.ends("held-for-confirmation", "used before")
	}},
	{sentence: "Two people act on one row: the later change is refused, naming the earlier, unless repeated with !", held: func(s *school) {
		notice := s.opens("Projector", "It is dark.")
		s.do("SR-1", "#1-4", "ana@school.example")
		s.sent()
		s.answers(notice, "kim@school.example", "#1-3")
		s.refusedWith("kim@school.example", "Ana Ruiz has made it 1-4 since")
		s.answers(notice, "kim@school.example", "#1-3!")
		s.category("SR-1", "1-3")
	}},
	{sentence: "#undo takes back the receipt it answers, and sends those who were told a correction", held: func(s *school) {
		s.answers(s.opens("Projector", "It is dark."), "kim@school.example", "#1-3")
		receipt := s.oneTo("receipt", "kim@school.example")
		s.answers(receipt, "kim@school.example", "#undo")
		s.category("SR-1", "")
		if m := s.oneTo("categorized", "pat@school.example"); !strings.Contains(m.Text, "looked at again") {
			s.t.Errorf("the correction says:\n%s", m.Text)
		}
	}},
	{sentence: "is refused if later events build on it", held: func(s *school) {
		s.answers(s.opens("Projector", "It is dark."), "kim@school.example", "#1-3")
		receipt := s.oneTo("receipt", "kim@school.example")
		s.do("SR-1", "#mine", "ana@school.example")
		s.answers(receipt, "kim@school.example", "#undo")
		s.refusedWith("kim@school.example", "Ana Ruiz has claimed it since")
		s.category("SR-1", "1-3")
	}},
	{sentence: "requesters add, status, withdraw and reopen their own requests", held: func(s *school) {
		s.opens("Projector", "It is dark.")
		for _, c := range []struct{ from, text, outcome string }{
			{"pat@school.example", "It hums, too.", "replied"},
			{"pat@school.example", "#status", "commanded"},
			{"pat@school.example", "#1-3", "replied"},
			{"pat@school.example", "#withdraw", "commanded"},
			{"pat@school.example", "#reopen", "commanded"},
			{"lou@school.example", "#withdraw", "opened"},
		} {
			s.arrives(c.from, "[SR-1] Projector", c.text, dmarcPass)
			s.ends(c.outcome, "")
		}
		if row := s.row("SR-1"); row.State != "open" || row.Category != "" {
			s.t.Errorf("it is %s, %q", row.State, row.Category)
		}
	}},
	{sentence: "technicians and vendors everything, #for and bulk lines included, but #approve, #reviewed and #spam", held: func(s *school) {
		s.opens("Projector", "It is dark.")
		s.opens("Screen", "It is torn.")
		for _, who := range []string{"kim@school.example", "vic@printers.example"} {
			for _, text := range []string{"#approve", "#reviewed", "#spam"} {
				s.refused("SR-1", text, who)
			}
			s.do("", "SR-1,2 #1-3!", who)
			s.do("SR-1", "#mine!", who)
			s.do("SR-1", "#assign kim!", who)
		}
		s.arrives("kim@school.example", "Her phone", "#for pat@school.example\nNo dial tone.", dmarcPass)
		s.ends("opened", "")
	}},
	{sentence: "analysts all but #approve", held: func(s *school) {
		s.opens("Projector", "It is dark.")
		s.refused("SR-1", "#approve", "ana@school.example")
		s.do("SR-1", "#1-3", "ana@school.example")
		s.do("", "#reviewed", "ana@school.example")
		s.do("SR-1", "#spam", "ana@school.example")
	}},
	{sentence: "supervisors all", held: func(s *school) {
		s.opens("New lab", "For the summer.")
		for _, text := range []string{"#5-3", "#schedule 2026-06-05", "#approve", "#reviewed", "#spam"} {
			s.do("SR-1", text, "ruth@school.example")
		}
	}},
	{sentence: "operators only retry and discard", with: []func(*config.Config){func(c *config.Config) {
		c.Staff = append(c.Staff, config.Staff{Address: "opal@school.example", Name: "Opal", Role: config.Operator})
	}}, held: func(s *school) {
		s.opens("Projector", "It is dark.")
		for _, text := range []string{"#1-3", "#mine", "#resolve", "#note x", "#spam"} {
			s.refused("SR-1", text, "opal@school.example")
		}
		s.tell("a mail is stuck")
		s.settle()
		told := s.oneTo("operator", "admin@school.example")
		s.answers(told, "admin@school.example", "SR-1 #1-3")
		s.refusedWith("admin@school.example", "SR-1")
		s.answers(told, "admin@school.example", "#retry 12")
		s.refusedWith("admin@school.example", "no mail 12 is held back")
		s.category("SR-1", "")
	}},
	{sentence: "#resolve needs a category, set before or in the same mail", held: func(s *school) {
		notice := s.opens("Projector", "It is dark.")
		s.answers(notice, "kim@school.example", "#resolve")
		s.refusedWith("kim@school.example", "no category")
		s.answers(notice, "kim@school.example", "#resolve\n#1-3")
		if row := s.row("SR-1"); row.State != "resolved" {
			s.t.Errorf("it is %s", row.State)
		}
	}},
	{sentence: "training (4) is resolved only with a note", held: func(s *school) {
		s.opens("Training", "How does the grade book work?")
		s.do("SR-1", "#4-3", "kim@school.example")
		s.refused("SR-1", "#resolve", "kim@school.example")
		s.do("SR-1", "#resolve Shown to all.", "kim@school.example")
	}},
	{sentence: "a phone entry (#for by an analyst, or file) needs its code at once", held: func(s *school) {
		s.arrives("ana@school.example", "Her phone", "#for pat@school.example\n\nNo dial tone.", dmarcPass)
		s.ends("refused-command", "code at once")
		s.arrives("ana@school.example", "Her phone", "#for pat@school.example\n#1-4\n\nNo dial tone.", dmarcPass)
		s.ends("opened-categorized", "")
		err := s.desk.File(bot.Args{As: "ana@school.example", For: "pat@school.example", Subject: "Phone", Text: "Dead."}, func(any) error { return nil })
		if len(s.rows("all")) != 1 {
			s.t.Errorf("a call is filed without its code (%v): %d requests", err, len(s.rows("all")))
		}
	}},
	{sentence: "A tag from somebody who is not staff is text, and the reason says that a tag was ignored", held: func(s *school) {
		s.arrives("pat@school.example", "Projector", "#1-1\nIt is dark.")
		s.ends("opened", "a tag was ignored")
		s.arrives("pat@school.example", "[SR-1] Projector", "#mine")
		s.ends("replied", "a tag was ignored")
		s.category("SR-1", "")
	}},
	{sentence: "#for ends as opened or opened-categorized", held: func(s *school) {
		s.arrives("kim@school.example", "Phone", "#for pat@school.example\nNo dial tone.", dmarcPass)
		s.ends("opened", "for pat@school.example")
		s.arrives("kim@school.example", "Phone", "#for pat@school.example\n#1-4\nNo dial tone here.", dmarcPass)
		s.ends("opened-categorized", "for pat@school.example")
	}},
	{sentence: "A confirmation answered with no ends as declined", held: func(s *school) {
		s.opens("Projector", "It is dark.")
		s.arrives("kim@school.example", "[SR-1] #1-3", "")
		s.answers(s.oneTo("confirmation", "kim@school.example"), "kim@school.example", "no")
		s.ends("declined", "")
		s.category("SR-1", "")
	}},
	{sentence: "authority = \"from\" still refuses a trusted DMARC fail", with: []func(*config.Config){func(c *config.Config) { c.Desk.Authority = config.FromAlone }}, held: func(s *school) {
		s.opens("Projector", "It is dark.")
		s.arrives("kim@school.example", "[SR-1] #1-1", "", dmarcFail)
		s.category("SR-1", "")
		s.arrives("kim@school.example", "[SR-1] #1-3", "")
		s.category("SR-1", "1-3")
	}},
}

const dmarcFail = "Authentication-Results: mx.school.example; dmarc=fail header.from=school.example"

var whoIsWrittenTo = []settlement{
	{sentence: "Only the author (From) becomes requester and is written to", held: func(s *school) {
		s.arrives("pat@school.example", "Projector", "It is dark.", "Return-Path: <lou@school.example>", "Sender: mia@school.example", "Reply-To: ned@elsewhere.example")
		s.expect("acknowledgement pat@school.example", "notice kim@school.example")
		if row := s.row("SR-1"); row.Requester != "pat@school.example" {
			s.t.Errorf("it is %s's", row.Requester)
		}
		s.arrives("portal@school.example", "New form", "The projector is weak.", "Reply-To: lou@school.example", "Auto-Submitted: auto-generated")
		if row := s.row("SR-2"); row.Requester != "lou@school.example" {
			s.t.Errorf("a portal's is %s's", row.Requester)
		}
	}},
	{sentence: "Exceptions: #for, and a staff member's forward", held: func(s *school) {
		s.arrives("kim@school.example", "Phone", "#for pat@school.example\nNo dial tone.", dmarcPass)
		s.oneTo("acknowledgement", "pat@school.example")
		s.arrives("kim@school.example", "Fwd: Screen", "---------- Forwarded message ---------\nFrom: Lou <lou@school.example>\nDate: Mon, Mar 2, 2026 at 7:00 AM\nSubject: Screen\nTo: kim@school.example\n\nIt is torn.", dmarcPass)
		s.oneTo("acknowledgement", "lou@school.example")
		if a, b := s.row("SR-1").Requester, s.row("SR-2").Requester; a != "pat@school.example" || b != "lou@school.example" {
			s.t.Errorf("they are %s's and %s's", a, b)
		}
	}},
	{sentence: "people on Cc within the eligible domains take part and hear of its end but are not acknowledged", with: []func(*config.Config){eligible}, held: func(s *school) {
		s.arrives("pat@school.example", "Projector", "It is dark.", "Cc: lou@school.example, ned@elsewhere.example")
		s.expect("acknowledgement pat@school.example", "notice kim@school.example")
		s.arrives("lou@school.example", "Re: [SR-1] Projector", "Mine as well.")
		s.ends("replied", "SR-1")
		s.sent()
		s.do("SR-1", "#1-3", "kim@school.example")
		s.do("SR-1", "#resolve", "kim@school.example")
		s.settle()
		s.expect("categorized pat@school.example", "notice campus@school.example", "resolved pat@school.example", "resolved lou@school.example")
	}},
	{sentence: "strangers outside the domains are recorded as not-eligible and not answered", with: []func(*config.Config){eligible}, held: func(s *school) {
		s.arrives("ned@elsewhere.example", "Buy", "Our projectors.")
		s.ends("not-eligible", "")
		s.expect()
	}},
	{sentence: "nobody is acknowledged on a trusted DMARC fail, or at a spam verdict: listed at the foot of the digest, where #open takes it", held: func(s *school) {
		s.arrives("pat@school.example", "Projector", "It is dark.", dmarcFail)
		s.ends("spam", "")
		s.arrives("lou@school.example", "Screen", "It is torn.", "X-Spam-Flag: YES")
		s.ends("spam", "")
		s.expect()
		s.opens("Bell", "It does not ring.")
		digest := s.digest()
		for _, want := range []string{`mail 1: pat@school.example wrote "Projector"`, `mail 2: lou@school.example wrote "Screen"`} {
			if !strings.Contains(digest.Text, want) {
				s.t.Errorf("the digest does not list %s:\n%s", want, digest.Text)
			}
		}
		s.answers(digest, "ana@school.example", "#open 1")
		s.ends("commanded", "")
		s.oneTo("acknowledgement", "pat@school.example")
	}},
	{sentence: "A junk folder can be watched, and its catches are listed there too", with: []func(*config.Config){func(c *config.Config) { c.Mailboxes[0].JunkFolder = "Junk" }}, held: func(s *school) {
		s.imap.Create("support", "Junk")
		raw := "From: pat@school.example\r\nTo: support@school.example\r\nSubject: Projector\r\nMessage-ID: <junk@people.example>\r\n\r\nIt is dark.\r\n"
		if _, err := s.imap.Append("support", "Junk", time.Now(), []byte(raw)); err != nil {
			s.t.Fatal(err)
		}
		time.Sleep(2 * time.Minute)
		s.settle()
		s.ends("spam", "junk")
		if digest := s.digest(); !strings.Contains(digest.Text, `pat@school.example wrote "Projector"`) {
			s.t.Errorf("the digest says:\n%s", digest.Text)
		}
	}},
	{sentence: "A Google Group or distribution list in front of the desk (aliases) does not make mail list-mail; a From that it rewrote is undone", with: []func(*config.Config){func(c *config.Config) {
		c.Desk.Aliases = []string{"help@school.example"}
	}}, held: func(s *school) {
		s.arrives("pat@school.example", "Projector", "It is dark.", "List-Id: <help.school.example>", "Precedence: list")
		s.ends("opened", "")
		s.arrives("'Lou' via Help <help@school.example>", "Screen", "It is torn.", "Reply-To: lou@school.example", "List-Id: <help.school.example>")
		s.arrives("'Mia' via Help <help@school.example>", "Bell", "It does not ring.", "X-Original-From: mia@school.example", "List-Id: <help.school.example>")
		if a, b := s.row("SR-2").Requester, s.row("SR-3").Requester; a != "lou@school.example" || b != "mia@school.example" {
			s.t.Errorf("they are %s's and %s's", a, b)
		}
	}},
	{sentence: "auto-generated mail opens a request, unacknowledged, if its sender is configured under [[source]]", with: []func(*config.Config){func(c *config.Config) {
		c.Sources = append(c.Sources, config.Source{Address: "monitor@school.example", Kind: config.Monitor})
	}}, held: func(s *school) {
		s.arrives("monitor@school.example", "UPS low", "Battery at ten percent.", "Auto-Submitted: auto-generated")
		s.ends("opened", "")
		s.expect("notice kim@school.example")
	}},
	{sentence: "otherwise it is recorded, listed for a look, and opens nothing", held: func(s *school) {
		s.arrives("copier@school.example", "Scan", "See attachment.", "Auto-Submitted: auto-generated")
		s.ends("automatic", "")
		s.expect()
		if digest := s.digest(); len(s.rows("all")) != 0 || !strings.Contains(digest.Text, `copier@school.example wrote "Scan"`) {
			s.t.Errorf("%d requests; the digest says:\n%s", len(s.rows("all")), digest.Text)
		}
	}},
	{sentence: "A mail that only says thanks, or a mail client's reaction, is recorded and never reopens", held: func(s *school) {
		s.opens("Projector", "It is dark.")
		s.do("SR-1", "#1-3", "kim@school.example")
		s.do("SR-1", "#resolve", "kim@school.example")
		for _, text := range []string{"Thank you so much!", "👍"} {
			s.arrives("pat@school.example", "Re: [SR-1] Projector", text)
			s.ends("thanks", "")
		}
		if row := s.row("SR-1"); row.State != "resolved" {
			s.t.Errorf("it is %s", row.State)
		}
	}},
	{sentence: "A mail under a Message-ID seen before but with other contents is no duplicate", held: func(s *school) {
		s.raw("From: pat@school.example\r\nSubject: Projector\r\nMessage-ID: <same@people.example>\r\n\r\nIt is dark.\r\n")
		s.raw("From: pat@school.example\r\nSubject: Screen\r\nMessage-ID: <same@people.example>\r\n\r\nIt is torn.\r\n")
		s.ends("opened", "its Message-ID is that of ledger 1, its contents are not")
	}},
	{sentence: "A mail over max_size is not stored whole, stays in the refused folder, and the sender is told the limit", with: []func(*config.Config){func(c *config.Config) {
		c.Mailboxes[0].MaxSize = 200 << 10
	}}, held: func(s *school) {
		s.arrives("pat@school.example", "Video", strings.Repeat("All of it is here.\n", 20000))
		s.ends("too-large", "")
		if m := s.oneTo("refusal", "pat@school.example"); !strings.Contains(m.Text, "200 KB") {
			s.t.Errorf("the sender is told:\n%s", m.Text)
		}
		if mails, err := s.imap.Mails("support", "Refused"); err != nil || len(mails) != 1 {
			s.t.Errorf("%d mails in the refused folder: %v", len(mails), err)
		}
		if n := s.stored(1); n < 64<<10 || n > 70<<10 {
			s.t.Errorf("%d bytes of it are stored", n)
		}
	}},
	{sentence: "Every other mail's raw bytes are kept", held: func(s *school) {
		s.arrives("copier@school.example", "Scan", "See attachment.", "Auto-Submitted: auto-generated")
		s.arrives("lou@school.example", "Screen", "It is torn.", "X-Spam-Flag: YES")
		s.raw("Subject: nobody\r\n\r\nIt is dark.\r\n")
		for _, row := range s.ledger() {
			if s.stored(row.Ledger) == 0 {
				s.t.Errorf("mail %d, which ended as %s, is not kept", row.Ledger, row.Outcome)
			}
		}
	}},
	{sentence: "a notice carries the mail's attachments (up to 10 MiB together, larger ones named)", held: func(s *school) {
		s.attaches("pat@school.example", "Projector", "See the photo.", "", "photo.jpg")
		if m := s.oneTo("notice", "kim@school.example"); len(m.Attachments) != 1 || m.Attachments[0].Name != "photo.jpg" {
			s.t.Errorf("the notice carries %+v", m.Attachments)
		}
		s.raw("From: pat@school.example\r\nSubject: Video\r\nMessage-ID: <v@people.example>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nSee.\r\n" +
			"--b\r\nContent-Type: application/octet-stream; name=\"long.mp4\"\r\nContent-Disposition: attachment; filename=\"long.mp4\"\r\n\r\n" + strings.Repeat(strings.Repeat("x", 98)+"\r\n", 110000) + "--b--\r\n")
		time.Sleep(time.Minute)
		s.settle()
		if m := s.oneTo("notice", "kim@school.example"); len(m.Attachments) != 0 || !strings.Contains(m.Text, "long.mp4") {
			s.t.Errorf("the notice carries %d files and says:\n%s", len(m.Attachments), m.Text)
		}
	}},
	{sentence: "what the author adds later reaches the assignee, else the team, else those who got the notice", held: func(s *school) {
		s.opens("Projector", "It is dark.")
		adds := func(text, to string) {
			s.settle()
			s.sent()
			s.arrives("pat@school.example", "Re: [SR-1] Projector", text)
			if m := s.expect("notice " + to)["notice "+to]; !strings.Contains(m.Text, text) {
				s.t.Errorf("%s is told:\n%s", to, m.Text)
			}
		}
		adds("It hums.", "kim@school.example")
		s.do("SR-1", "#1-3", "ana@school.example")
		adds("It smells.", "campus@school.example")
		s.do("SR-1", "#assign vic", "ana@school.example")
		adds("It smokes.", "vic@printers.example")
	}},
	{sentence: "Something that looks like a password in a request is masked in every mail the bot sends", held: func(s *school) {
		notice := s.opens("Locked out", "My user name is pat, my password: Tulip-4711-green.")
		s.digest()
		s.until("03-02", "09:06")
		for _, r := range s.smtp.Mails() {
			if m := read(s.t, r); strings.Contains(string(r.Data), "Tulip-4711") || strings.Contains(m.Text, "Tulip") {
				s.t.Errorf("the %s to %s shows it", m.kind, m.to)
			}
		}
		if !strings.Contains(notice.Text, "user name is pat") {
			s.t.Errorf("the notice hides more than that:\n%s", notice.Text)
		}
	}},
	{sentence: "A directory says who writes from where; a team may own campuses, and its technicians get the notices and the queue of theirs", with: []func(*config.Config){func(c *config.Config) {
		c.Desk.Directory = filepath.Join(c.Desk.DataDir, "people.csv")
		if err := os.WriteFile(c.Desk.Directory, []byte("address,name,campus,title\npat@school.example,Pat Lee,Adam Elementary,teacher\n"), 0o600); err != nil {
			panic(err)
		}
		c.Staff = append(c.Staff, config.Staff{Address: "tom@school.example", Name: "Tom", Role: config.Technician, Teams: []string{"adam"}})
		c.Teams = append(c.Teams, config.Team{Name: "adam", Campuses: []string{"Adam Elementary"}})
	}}, held: func(s *school) {
		s.arrives("pat@school.example", "Projector", "It is dark.")
		if m := s.oneTo("notice", "tom@school.example"); !strings.Contains(m.Text, "teacher, Adam Elementary") {
			s.t.Errorf("the notice does not say from where:\n%s", m.Text)
		}
		s.arrives("lou@school.example", "Screen", "It is torn.")
		if got := s.sent(); slices.ContainsFunc(got, func(m sentMail) bool { return m.to == "tom@school.example" }) {
			s.t.Error("the team of a campus hears of another's")
		}
		s.arrives("tom@school.example", "My queue", "#status", dmarcPass)
		if m := s.oneTo("report", "tom@school.example"); !strings.Contains(m.Text, "SR-1") || strings.Contains(m.Text, "SR-2") {
			s.t.Errorf("Tom's queue:\n%s", m.Text)
		}
	}},
}

func eligible(c *config.Config) { c.Desk.Eligible = []string{"school.example"} }

// ends tells how the last mail must have ended, and words of the reason.
func (s *school) ends(outcome, because string) {
	s.t.Helper()
	all := s.ledger()
	if last := all[len(all)-1]; last.Outcome != outcome || !strings.Contains(last.Reason, because) {
		s.t.Errorf("it ended as %s: %s; want %s: %s", last.Outcome, last.Reason, outcome, because)
	}
}

// refusedWith looks for the one receipt to somebody: it says that something was not done, in these words.
func (s *school) refusedWith(to, words string) {
	s.t.Helper()
	if m := s.oneTo("receipt", to); !strings.Contains(m.Text, "Not done:") || !strings.Contains(m.Text, words) {
		s.t.Errorf("the receipt does not refuse with %q:\n%s", words, m.Text)
	}
}

// digest sends the queue now, and gives Ana's.
func (s *school) digest() sentMail {
	s.t.Helper()
	s.sent()
	if err := s.desk.Digest(bot.Args{Send: true}, func(any) error { return nil }); err != nil {
		s.t.Fatal(err)
	}
	s.settle()
	return s.oneTo("digest", "ana@school.example")
}

// stored is how many bytes are kept of a mail of the ledger.
func (s *school) stored(ledger uint64) (n int) {
	s.t.Helper()
	err := s.desk.Store().View(func(tx *store.Tx) error {
		row, _ := tx.Row(ledger)
		raw, err := s.desk.Store().Raw(row.Raw)
		n = len(raw.Data)
		return err
	})
	if err != nil {
		s.t.Error(err)
	}
	return n
}
