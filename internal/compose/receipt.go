package compose

import "strings"

type receiptView struct {
	page
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
	Result   string        // in words; "" where Category says it all
	Category *categoryView // of a categorization
	Near     []categoryView
}

func (d *draft) receipt(r ReceiptBody) view {
	v := &receiptView{
		page: d.page(), Undo: r.Undo, Help: r.Help, Note: safeText(d.material.Note, noteChars), AllDone: true, NoneDone: true,
		DryRun: len(r.Items) > 0,
	}
	for _, item := range r.Items {
		i := itemView{
			Label: d.label(item.Request), Said: safeLine(bare(item.Said), 120), Done: item.Done, DryRun: item.DryRun,
			Result: safeLine(item.Result, 600),
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

// bare is a command without its "#", as it is repeated to its author.
func bare(said string) string {
	return strings.TrimSpace(strings.TrimLeft(strings.TrimSpace(said), "#"))
}
