package intake

import (
	"fmt"

	"triaged/internal/authority"
	"triaged/internal/compose"
	"triaged/internal/message"
	"triaged/internal/request"
)

// tooLarge sets aside a mail of which only the beginning was fetched. Its sender is told the limit, unless a machine
// wrote it.
func (d *decision) tooLarge() bool {
	if !d.env.Truncated {
		return false
	}
	d.staff, d.isStaff = d.policy.Roster.Person(d.m.From.Address)
	limit := byteSize(d.box.MaxSize)
	if d.m.Kind == message.Personal && d.m.From.Address != "" && d.policy.eligible(d.m.From.Address) && d.fresh() {
		d.owe(compose.Letter{
			Kind: compose.Refusal, To: d.author(), InReplyTo: d.m.MessageID, References: d.m.References,
			Language: d.m.Language, Topic: d.keepText(d.m.Subject),
			Plain: &compose.PlainBody{Reason: compose.RefusedTooLarge, Size: d.env.Size, Limit: d.box.MaxSize},
		})
	}
	return d.end(TooLarge, "it has %s, the limit is %s", byteSize(d.env.Size), limit)
}

func byteSize(n int64) string {
	switch {
	case n >= 1<<20:
		return fmt.Sprintf("%.1f MB", float64(n)/(1<<20))
	case n >= 1<<10:
		return fmt.Sprintf("%d KB", n>>10)
	}
	return fmt.Sprintf("%d bytes", n)
}

// notices takes what mail systems write about mail: bounces, delivery notices and reports. A bounce belongs to the
// request whose mail it is about.
func (d *decision) notices() bool {
	switch d.m.Kind {
	case message.FeedbackReport:
		return d.end(FeedbackReport, "%s", d.m.KindReason)
	case message.Bounce, message.Delayed, message.Delivered:
	default:
		return false
	}
	about := ""
	for _, report := range d.m.Reports {
		about = fmt.Sprintf(": %s %s %s", report.Recipient, report.Action, report.Status)
		sent, ok := d.facts.Sent(report.OriginalMessageID)
		if !ok {
			continue
		}
		d.verdict.Request = sent.Letter.Request
		if d.m.Kind == message.Delivered || sent.Letter.Request == 0 {
			break
		}
		e := request.Event{Type: request.Bounced, Who: report.Recipient, What: string(d.m.Kind) + " " + report.Status}
		if e.Who == "" {
			e.Who = sent.Letter.To.Address
		}
		if err := d.desk.apply(sent.Letter.Request, e); err != nil {
			d.aside = err.Error()
		}
		break
	}
	return d.end(Bounced, "%s%s", d.m.KindReason, about)
}

// automatic takes mail that no person wrote. It never gets an answer. A configured source's mail may open a request.
func (d *decision) automatic() bool {
	source, isSource := d.policy.source(d.m.From.Address)
	switch d.m.Kind {
	case message.Personal:
		if isSource {
			return d.openFrom(source)
		}
		return false
	case message.AutoReply:
		d.heard("automatic answer")
		return d.end(AutoReply, "%s", d.m.KindReason)
	case message.List:
		if d.policy.throughAlias(d.m) {
			return false
		}
		if isSource {
			return d.openFrom(source)
		}
		return d.end(ListMail, "%s", d.m.KindReason)
	case message.Automatic:
		if isSource {
			return d.openFrom(source)
		}
	case message.ReadReceipt:
		d.heard("read receipt")
	}
	return d.end(Automatic, "%s", d.m.KindReason)
}

// heard records an automatic mail on the request it belongs to, without changing the request.
func (d *decision) heard(what string) {
	if _, ok := d.desk.request(d.thread); !ok {
		return
	}
	e := request.Event{Type: request.Heard, By: d.from(), What: what + " from " + d.m.From.Address}
	if err := d.desk.apply(d.thread, e); err != nil {
		d.aside = err.Error()
	}
}

// openFrom opens a request for a configured automatic sender. A portal's requester is the author named in Reply-To, who
// is acknowledged; a monitor's request has the monitor as requester, and nobody is answered.
func (d *decision) openFrom(s Source) bool {
	if d.thread != 0 {
		return d.addTo(d.thread)
	}
	o := opening{person: d.author(), source: s.Kind, silent: true}
	if s.Kind == request.Portal && len(d.m.ReplyTo) > 0 {
		to := d.m.ReplyTo[0]
		if !d.policy.ours(to.Address) && authority.Normalise(to.Address) != d.from() {
			o.person, o.silent = request.Person{Name: to.Name, Address: to.Address}, false
		}
	}
	n := d.openRequest(o)
	return d.end(Opened, "%s, from the configured %s %s", d.label(n), s.Kind, s.Address)
}
