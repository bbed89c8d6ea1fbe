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
	d.locate()
	if d.m.Kind == message.Personal && d.suspicion() == "" && d.fresh() && answerable(d.m.From.Address) &&
		(d.isStaff || d.policy.eligible(d.m.From.Address)) {
		d.owe(compose.Letter{
			Kind: compose.Refusal, To: d.author(), InReplyTo: d.m.MessageID, References: d.m.References,
			Language: d.m.Language, Topic: d.keepText(d.m.Subject),
			Plain: &compose.PlainBody{Reason: compose.RefusedTooLarge, Size: d.env.Size, Limit: d.box.MaxSize},
		})
	}
	if d.m.Kind == message.Personal {
		d.heard("mail over the size limit")
	}
	return d.end(TooLarge, "it has %s, the limit is %s", byteSize(d.env.Size), byteSize(d.box.MaxSize))
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
		d.unreachable(report, sent)
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

// unreachable remembers an address that does not exist, so that it is written to no more. Only a mail that went to that
// very address tells, so that a made-up bounce silences nobody but its author.
func (d *decision) unreachable(report message.Report, sent Sent) {
	to := authority.Normalise(sent.Letter.To.Address)
	named := report.Recipient == "" || authority.Normalise(report.Recipient) == to
	if d.m.Kind == message.Bounce && report.Permanent() && named && !d.facts.Unreachable(to) {
		d.verdict.Desk = append(d.verdict.Desk, DeskEvent{At: d.now, Type: AddressDead + to, By: to, Request: sent.Letter.Request})
	}
}

// alive takes back that an address is unreachable, once somebody writes from it.
func (d *decision) alive() bool {
	if !d.env.Shell && d.facts.Unreachable(d.from()) {
		d.verdict.Desk = append(d.verdict.Desk, DeskEvent{At: d.now, Type: AddressAlive + d.from(), By: d.from()})
	}
	return false
}

// automatic takes mail that no person wrote. It never gets an answer. A configured source's mail may open a request.
func (d *decision) automatic() bool {
	source, isSource := d.policy.source(d.m.From.Address)
	opens := d.m.Kind == message.Personal || d.m.Kind == message.List || d.m.Kind == message.Automatic
	if isSource && opens {
		return d.unwanted() || d.openFrom(source)
	}
	switch d.m.Kind {
	case message.Personal:
		return false
	case message.AutoReply:
		d.heard("automatic answer")
		return d.end(AutoReply, "%s", d.m.KindReason)
	case message.List:
		if d.rewritten || d.policy.throughAlias(d.m) {
			return false
		}
		return d.end(ListMail, "%s", d.m.KindReason)
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
