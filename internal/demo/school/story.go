package school

import (
	"strings"
	"time"

	"triaged/internal/message"
)

// A Scene is one mail that somebody writes.
type Scene struct {
	Name  string // "projector"
	About string // what it is, for a transcript: "from Outlook"
	From  Person

	// At is when it is written: so long after the story's start or, if it answers a mail of the bot's, after that mail.
	At     time.Duration
	Answer *Cue // the mail it answers; nil: none

	mail    string                           // the file in mails
	code    string                           // what a technician would call it, for a request
	subject string                           // of a request, to know it again
	text    func(*message.Message) string    // what is written into an answer
	head    func(*message.Message) string    // the subject, if the answer is a new mail
	refuses func(mail *message.Message) bool // whether there is nothing to say after all
}

// A Cue knows a mail of the bot's again.
type Cue struct {
	Kind      string        // its X-Triaged-Kind
	To        string        // the address it went to
	About     string        // part of its subject; "" for any
	NotBefore time.Duration // after the story's start
}

// Matches tells whether m, sent so long after the story's start, is the mail.
func (c *Cue) Matches(m *message.Message, since time.Duration) bool {
	return since >= c.NotBefore && strings.EqualFold(m.Header.Get("X-Triaged-Kind"), c.Kind) &&
		len(m.To) == 1 && strings.EqualFold(m.To[0].Address, c.To) && strings.Contains(m.Subject, c.About)
}

// Story lists the scenes: first those of people who write on their own, in order, then answers. Each answer is written
// once: to the first mail that matches its cue.
func Story() []Scene {
	return append(requests(), answers()...)
}

func requests() []Scene {
	return []Scene{
		{Name: "projector", About: "Outlook for Windows", From: Dana, At: 4 * time.Minute,
			mail: "projector.eml", subject: "Projector in room 214 will not turn on", code: "1-3"},
		{Name: "password", About: "Gmail", From: Marcus, At: 11 * time.Minute,
			mail: "password.eml", subject: "student locked out of her account", code: "2-3"},
		{Name: "printer", About: "iPhone, in Spanish", From: Marisol, At: 18 * time.Minute,
			mail: "impresora.eml", subject: "La impresora de la oficina no funciona", code: "1-4"},
		{Name: "outage", About: "Outlook for iOS", From: Walter, At: 26 * time.Minute,
			mail: "outage.eml", subject: "Internet down - all campuses", code: "1-1"},
		{Name: "newsletter", About: "a newsletter", From: newsletter, At: 31 * time.Minute, mail: "newsletter.eml"},
		{Name: "stolen", About: "Apple Mail", From: Grace, At: 38 * time.Minute,
			mail: "stolen.eml", subject: "stolen laptop", code: "3-1"},
		{Name: "order", About: "Outlook for Windows, with a PDF", From: Joan, At: 47 * time.Minute,
			mail: "order.eml", subject: "Order for the front office", code: "3-4"},
		{Name: "inventory", About: "Thunderbird", From: Nora, At: 58 * time.Minute,
			mail: "inventory.eml", subject: "Device list for the library", code: "7-1"},
		{Name: "phone", About: "Gmail on a phone", From: Tomas, At: 66 * time.Minute,
			mail: "phone.eml", subject: "new phone no wifi", code: "1-8"},
		{Name: "cart", About: "Android, from a mistyped address", From: Toby, At: 75 * time.Minute,
			mail: "cart.eml", subject: "Chromebook cart not charging", code: "1-3"},
	}
}

func answers() []Scene {
	acknowledgement := func(p Person) *Cue { return &Cue{Kind: "acknowledgement", To: p.Address} }
	notice := func(about string) *Cue { return &Cue{Kind: "notice", To: Kim.Address, About: about} }
	return []Scene{
		{Name: "more about the projector", About: "Outlook, a reply above the quoted mail", From: Dana,
			At: 12 * time.Minute, Answer: acknowledgement(Dana), mail: "reply-outlook.eml",
			text: says("I forgot to say: the remote does not do anything either, and the filter light is on.\n\nDana Whitfield\n")},
		{Name: "out of office", About: "a vacation reply", From: Tomas,
			At: 20 * time.Second, Answer: acknowledgement(Tomas), mail: "vacation.eml"},
		{Name: "bounce", About: "a bounce of the bot's own mail", From: postmaster,
			At: 30 * time.Second, Answer: acknowledgement(Toby), mail: "bounce.eml"},
		{Name: "thanks", About: "Gmail, a thank-you", From: Marcus,
			At: 5 * time.Minute, Answer: &Cue{Kind: "categorized", To: Marcus.Address}, mail: "reply-gmail.eml",
			text: says("Thank you so much!\n")},

		{Name: "projector is 1-3", About: "Gmail, a tag above the quoted mail", From: Kim,
			At: 9 * time.Minute, Answer: notice("Projector"), mail: "reply-gmail.eml", text: says("#1-3\n")},
		{Name: "password is 2-3", About: "iPhone, another way to write it", From: Kim,
			At: 14 * time.Minute, Answer: notice("locked out"), mail: "reply-iphone.eml", text: says("#2.3\n")},
		{Name: "outage is 1-1", About: "iPhone, with a note", From: Kim,
			At: 3 * time.Minute, Answer: notice("Internet down"), mail: "reply-iphone.eml",
			text: says("# 1 - 1\nThe fiber at the service center is cut, the carrier is on the way.\n")},
		{Name: "stolen is 3-1", About: "iPhone, a new mail with the tag in its subject", From: Kim,
			At: 6 * time.Minute, Answer: notice("stolen laptop"), mail: "subject.eml",
			head: func(m *message.Message) string { return number(m.Subject) + " #3-1" }},
		{Name: "phone is 1-9", About: "Outlook, a code that does not exist", From: Kim,
			At: 7 * time.Minute, Answer: notice("new phone"), mail: "reply-outlook.eml", text: says("#1-9\n")},
		{Name: "phone is 1-8", About: "Outlook, the right code", From: Kim,
			At: 10 * time.Minute, Answer: notice("new phone"), mail: "reply-outlook.eml", text: says("Sorry.\n\n#1-8\n")},

		{Name: "digest", About: "Outlook, one answer for the whole queue", From: Lee,
			At: 8 * time.Minute, Answer: &Cue{Kind: "digest", To: Lee.Address, NotBefore: 3 * time.Hour}, mail: "reply-outlook.eml",
			text: categorizeAll, refuses: func(m *message.Message) bool { return categorizeAll(m) == "" }},
	}
}

func says(text string) func(*message.Message) string {
	return func(*message.Message) string { return text }
}
