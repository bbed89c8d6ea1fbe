package intake

import (
	"slices"
	"strings"

	"triaged/internal/chart"
	"triaged/internal/command"
	"triaged/internal/compose"
	"triaged/internal/request"
)

// How requests end, and begin again.

// resolve ends the work. It needs a category, and where the chart says so a note (SOP 4, "close and document") or a document. What stands
// on its line goes to the requester; the words around it only where the desk has plain answers do so.
func (x *execution) resolve(c command.Command, r request.Request, item *compose.ReceiptItem) *refusal {
	if why := x.active(r); why != nil {
		return why
	}
	entry, ok := x.d.policy.Chart.Lookup(r.Code)
	if !ok {
		return refuse("%s has no category: give it one first, such as #1-3", x.d.label(r.Number))
	}
	if entry.Rules.NeedsNote && c.Text == "" && x.d.reading.Note == "" {
		return refuse("%s is resolved only with a note: write what was done", r.Code)
	}
	if why := x.stale(c, r, request.Waited, request.Reopened); why != nil {
		return why
	}
	if missing := x.unfinished(r, entry); missing != "" && !c.Insist {
		return refuse("%s is resolved with its %s: attach it to your answer, or write #resolve! to do without", r.Code, missing)
	}
	text := c.Text
	if text == "" && x.d.policy.AnswersRequester {
		text = x.words(c)
	}
	ref := x.d.keepText(text)
	if why := x.apply(r.Number, request.Event{Type: request.Closed, Text: ref}); why != nil {
		return why
	}
	item.Result = "resolved"
	if text != "" {
		item.Result += "; your words went to " + x.d.called(r.Requester)
	}
	x.tellRequester(r, compose.Resolved, compose.OutcomeBody{Code: r.Code, Text: ref})
	return nil
}

// unfinished are the documents that the code demands at the end (SOP 7-4, "Follow-up report will be submitted with findings"),
// those of its beginning apart, which were asked for then.
func (x *execution) unfinished(r request.Request, entry chart.Entry) string {
	if !slices.ContainsFunc(entry.Rules.Documents, func(d chart.Document) bool { return d.Due == chart.Resolving }) {
		return ""
	}
	var names []string
	for _, d := range entry.Rules.Missing(chart.Resolving, x.files(r.Number)) {
		if d.Due == chart.Resolving {
			names = append(names, d.Name)
		}
	}
	return strings.Join(names, ", ")
}

// reopen opens a closed request again, and lets the clock of a waiting one run on.
func (x *execution) reopen(_ command.Command, r request.Request, item *compose.ReceiptItem) *refusal {
	item.Result, item.Stands = "open again", x.stands(request.Request{State: request.Open})
	switch {
	case r.State == request.Waiting && !r.Resume.IsZero():
		x.d.resume(r)
	case r.State.Active():
		item.Result = "was open already"
		return nil
	case r.State == request.Merged:
		return refuse("%s was merged into %s: reopen that", x.d.label(r.Number), x.d.label(r.MergedInto))
	default:
		if why := x.apply(r.Number, request.Event{Type: request.Reopened}); why != nil {
			return why
		}
	}
	after, _ := x.d.desk.request(r.Number)
	item.Due = after.Due(x.d.policy.Calendar)
	if r.State == request.Resolved {
		x.tellRequester(after, compose.Resolved, compose.OutcomeBody{Code: after.Code, Changed: true})
	}
	x.tellAbout(after, x.d.workers(after), compose.NoticeBody{Say: []string{x.saying("opened it again")}})
	return nil
}

func (x *execution) spam(_ command.Command, r request.Request, item *compose.ReceiptItem) *refusal {
	if why := x.active(r); why != nil {
		return why
	}
	item.Result = "closed as spam"
	return x.apply(r.Number, request.Event{Type: request.Rejected})
}

// withdraw ends a request that its requester no longer needs. Where somebody else's was merged into it, only staff who insist
// end both: that one was told to hear of its end.
func (x *execution) withdraw(c command.Command, r request.Request, item *compose.ReceiptItem) *refusal {
	if why := x.active(r); why != nil {
		return why
	}
	if !(x.d.isStaff && c.Insist) && x.d.awaited(r) {
		return refuse("somebody else's request was merged into %s, so it stays open", x.d.label(r.Number))
	}
	if why := x.apply(r.Number, request.Event{Type: request.Gone}); why != nil {
		return why
	}
	item.Result, item.Stands = "withdrawn", x.stands(request.Request{State: request.Withdrawn})
	x.tellAbout(r, x.d.workers(r), compose.NoticeBody{Over: true, Say: []string{"Nothing is left to do: " + x.saying("withdrew it")}})
	return nil
}

// saying tells others what the mail's author did, with the words around the command.
func (x *execution) saying(did string) string {
	who := firstOf(x.d.staff.Name, firstOf(x.d.m.From.Name, x.d.m.From.Address))
	if words := strings.TrimSpace(x.d.reading.Note); words != "" {
		return who + " " + did + " and says: " + shortened(words, 600)
	}
	return who + " " + did + "."
}
