package compose

import "strings"

type receiptView struct {
	Mail     *page
	Items    []itemView
	AllDone  bool
	NoneDone bool
	DryRun   bool // nothing was changed, only tried
	Note     Words
	Undo     bool
	Help     bool
}

// itemView is one sentence of a receipt.
type itemView struct {
	Label    string
	Said     string
	Done     bool
	DryRun   bool
	Result   string        // in words, a sentence; beside Category what else is to be said
	Category *categoryView // of a categorization
	Near     []categoryView
}

func (d *draft) receipt(p *page, r ReceiptBody) any {
	v := &receiptView{
		Mail: p, Undo: r.Undo, Help: r.Help, Note: safeText(d.material.Note, noteChars), AllDone: true, NoneDone: true,
		DryRun: len(r.Items) > 0,
	}
	for _, item := range r.Items {
		i := itemView{
			Label: d.label(item.Request), Said: safeLine(bare(item.Said), 120), Done: item.Done, DryRun: item.DryRun,
			Result: sentence(safeLine(item.Result, 1000)),
		}
		if !item.Code.IsZero() && (item.Done || item.DryRun) {
			c := d.category(item.Code, item.Due)
			i.Category = &c
		}
		for _, code := range item.Near {
			i.Near = append(i.Near, d.category(code, item.Due))
		}
		if item.Done {
			v.NoneDone = false
		} else {
			v.AllDone = false
		}
		v.DryRun = v.DryRun && item.DryRun
		v.Items = append(v.Items, i)
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

// bare is a command without its "#", as it is repeated to its author.
func bare(said string) string {
	return strings.TrimSpace(strings.TrimLeft(strings.TrimSpace(said), "#"))
}
