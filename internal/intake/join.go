package intake

import (
	"slices"
	"strings"

	"triaged/internal/authority"
	"triaged/internal/command"
	"triaged/internal/compose"
	"triaged/internal/request"
)

// What makes two requests one, one two, or says that they have to do with each other.

// duplicate merges the request into another one. Both threads then lead there, and who takes part in the one hears of the
// end of the other. Its requester is told of it once, in their own thread.
func (x *execution) duplicate(c command.Command, r request.Request, item *compose.ReceiptItem) *refusal {
	if why := x.active(r); why != nil {
		return why
	}
	into := request.Number(c.Other)
	other, why := x.other(r, into)
	if why != nil {
		return why
	}
	switch other.State {
	case request.Merged:
		return refuse("%s was itself merged into %s: name that", x.d.label(into), x.d.label(other.MergedInto))
	case request.Resolved, request.Withdrawn, request.Spam:
		return refuse("%s is %s: a request can only join one that is open", x.d.label(into), other.State)
	}
	if why := x.merge(r, other); why != nil {
		return why
	}
	item.Result = "merged into " + x.d.label(into)
	x.d.tell(other, x.d.workers(other), compose.NoticeBody{
		Text: r.Text, Mail: r.Mail, From: r.Requester, Title: x.d.known(r.Requester.Address).Title, Added: true,
	})
	return nil
}

// merge makes the request part of another one, and tells its requester.
func (x *execution) merge(r, into request.Request) *refusal {
	if why := x.apply(r.Number, request.Event{Type: request.Joined, Into: into.Number}); why != nil {
		return why
	}
	people := slices.Concat([]request.Person{r.Requester}, r.Watchers)
	if r.Source == request.Monitor {
		people = r.Watchers
	}
	if why := x.apply(into.Number, request.Event{Type: request.TookOver, Into: r.Number, People: people}); why != nil {
		return why
	}
	x.tellRequester(r, compose.Merged, compose.OutcomeBody{Into: into.Number, Code: into.Code, Due: into.Due(x.d.policy.Calendar)})
	return nil
}

// mergedFrom finds the request of somebody's that was merged into r, at once or by way of others: the oldest, if there are
// several. What they are told of r belongs under its number and into its thread, which are the ones that they know.
func (d *decision) mergedFrom(r request.Request, address string) (request.Request, bool) {
	all := d.parts(r)
	i := slices.IndexFunc(all, func(dup request.Request) bool {
		return authority.Normalise(dup.Requester.Address) == authority.Normalise(address)
	})
	if i < 0 {
		return request.Request{}, false
	}
	return all[i], true
}

// parts are the requests that were merged into r and are part of it still, each before those that were merged into it.
func (d *decision) parts(r request.Request) []request.Request { return d.partsDownTo(10, r) }

func (d *decision) partsDownTo(depth int, r request.Request) (all []request.Request) {
	if depth == 0 {
		return nil
	}
	for _, e := range d.desk.events(r.Number) {
		if e.Type != request.TookOver {
			continue
		}
		if dup, ok := d.desk.request(e.Into); ok && dup.State == request.Merged && dup.MergedInto == r.Number {
			all = append(append(all, dup), d.partsDownTo(depth-1, dup)...)
		}
	}
	return all
}

// awaited tells whether somebody else waits for a request, whose own was merged into it.
func (d *decision) awaited(r request.Request) bool {
	return slices.ContainsFunc(d.parts(r), func(dup request.Request) bool {
		return dup.Source != request.Monitor && authority.Normalise(dup.Requester.Address) != authority.Normalise(r.Requester.Address)
	})
}

// knownTo is a request as somebody knows it: under the number, the subject and the thread of their own that was merged into
// it, if it is not theirs itself.
func (d *decision) knownTo(r request.Request, address string) request.Request {
	if authority.Normalise(r.Requester.Address) == authority.Normalise(address) {
		return r
	}
	if own, ok := d.mergedFrom(r, address); ok {
		r.Number, r.Subject, r.Thread, r.Language, r.Requester, r.Text = own.Number, own.Subject, own.Thread, own.Language, own.Requester, own.Text
	}
	return r
}

// other is the second request that a command names.
func (x *execution) other(r request.Request, n request.Number) (request.Request, *refusal) {
	other, ok := x.d.desk.request(n)
	switch {
	case !ok:
		x.absent = true
		return other, refuse("there is no %s", x.d.label(n))
	case n == r.Number:
		return other, refuse("%s is that request itself", x.d.label(n))
	}
	return other, nil
}

// split makes a request of its own of what was added to another: of the addition whose notice is answered, else of the
// words around the command.
func (x *execution) split(_ command.Command, r request.Request, item *compose.ReceiptItem) *refusal {
	o := opening{person: r.Requester, source: r.Source, topic: x.d.textOf(r.Subject), follows: r.Number, byHand: true}
	if a := x.d.answered; a != nil && a.Letter.Notice != nil && a.Letter.Notice.Added && a.Letter.Request == r.Number {
		n := a.Letter.Notice
		o.text, o.mail, o.person = x.d.textOf(n.Text), n.Mail, n.From
	}
	if o.text == "" {
		o.text = strings.TrimSpace(x.d.reading.Note)
		x.d.reading.Note = ""
	}
	if o.text == "" {
		return refuse("what is to be its own request? Answer the notice of what was added, or write it below the command")
	}
	n := x.d.openRequest(o)
	if why := x.apply(r.Number, request.Event{Type: request.Linked, Into: n}); why != nil {
		return why
	}
	item.Result = "split off as " + x.d.label(n)
	return nil
}

func (x *execution) link(c command.Command, r request.Request, item *compose.ReceiptItem) *refusal {
	item.Result = "linked with " + x.d.label(request.Number(c.Other))
	return x.both(c, r, request.Linked)
}

func (x *execution) unlink(c command.Command, r request.Request, item *compose.ReceiptItem) *refusal {
	if c.Other == 0 {
		return x.leave(r, item)
	}
	if !slices.Contains(r.Links, request.Number(c.Other)) {
		return refuse("%s is not linked with %s", x.d.label(r.Number), x.d.label(request.Number(c.Other)))
	}
	item.Result = "no longer linked with " + x.d.label(request.Number(c.Other))
	return x.both(c, r, request.Unlinked)
}

// both records on two requests what they have to do with each other.
func (x *execution) both(c command.Command, r request.Request, t request.Type) *refusal {
	other, why := x.other(r, request.Number(c.Other))
	if why != nil {
		return why
	}
	if why := x.apply(r.Number, request.Event{Type: t, Into: other.Number}); why != nil {
		return why
	}
	return x.apply(other.Number, request.Event{Type: t, Into: r.Number})
}
