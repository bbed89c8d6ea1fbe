package compose

import (
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

type receiptView struct {
	Mail     *page
	About    string // the first few requests that it is about, "SR-3, SR-6, SR-7 +2", or ""
	Items    []itemView
	AllDone  bool
	NoneDone bool
	DryRun   bool // nothing was changed, only tried
	Tried    bool // something was only tried
	Note     Words
	Undo     bool
	Help     bool
	Staff    bool // the reader may use every command, not a requester's only
}

// itemView is one sentence of a receipt. At most one of Done and Would is set; neither is a refusal.
type itemView struct {
	Label    string
	Said     string
	Done     bool
	Would    bool          // it was only tried, and would be done
	Result   string        // in words, a sentence; beside Category what else is to be said
	Category *categoryView // of a categorization that was or would be done
	Near     []categoryView
	Stands   string // "open", "waiting" …: for a requester, instead of Result
}

func (d *draft) receipt(p *page, r ReceiptBody) any {
	v := &receiptView{
		Mail: p, Help: r.Help, Staff: d.letter.Commands, Note: safeText(d.material.Note, noteChars), AllDone: true, NoneDone: true, DryRun: len(r.Items) > 0,
	}
	for _, item := range r.Items {
		i := d.item(item)
		v.AllDone = v.AllDone && i.Done
		v.NoneDone = v.NoneDone && !i.Done
		v.Tried = v.Tried || i.Would
		v.DryRun = v.DryRun && item.DryRun
		v.Items = append(v.Items, i)
	}
	v.Undo = r.Undo && !v.NoneDone
	v.About = d.about(r.Items)
	return v
}

// about names the first few of the requests that a receipt is about, for its subject.
func (d *draft) about(items []ReceiptItem) string {
	const most = 3
	var labels []string
	for _, item := range items {
		if label := d.label(item.Request); label != "" && !slices.Contains(labels, label) {
			labels = append(labels, label)
		}
	}
	if len(labels) > most {
		return strings.Join(labels[:most], ", ") + " +" + itoa(len(labels)-most)
	}
	return strings.Join(labels, ", ")
}

func (d *draft) item(r ReceiptItem) itemView {
	v := itemView{
		Label: d.label(r.Request), Said: safeLine(bare(r.Said), 120), Done: r.Done && !r.DryRun, Would: r.Done && r.DryRun,
		Result: sentence(safeLine(d.words(r.Result), 1000)), Stands: string(r.Stands),
	}
	if r.Done && !r.Code.IsZero() {
		c := d.category(r.Code, r.Due)
		v.Category, v.Result = &c, capital(v.Result)
	}
	for _, code := range r.Near {
		v.Near = append(v.Near, d.category(code, time.Time{}))
	}
	return v
}

// sentence ends what is said with a full stop.
func sentence(s string) string {
	if s == "" || strings.ContainsAny(s[len(s)-1:], ".!?") || strings.HasSuffix(s, "…") {
		return s
	}
	return s + "."
}

// capital begins a sentence that stands on a line of its own.
func capital(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	if n == 0 {
		return ""
	}
	return string(unicode.ToUpper(r)) + s[n:]
}

// bare is a command without its "#", as it is repeated to its author.
func bare(said string) string {
	return strings.TrimSpace(strings.TrimLeft(strings.TrimSpace(said), "#"))
}
