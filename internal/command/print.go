package command

import (
	"strconv"
	"strings"
	"time"
)

// printed writes a command without its requests, as it can be typed after "#".
func printed(c Command) string {
	var b strings.Builder
	switch {
	case c.Verb == Categorize:
		b.WriteString(c.Code.String())
	case c.Verb == Accept && c.Pick > 1:
		b.WriteString(strconv.Itoa(c.Pick))
	default:
		b.WriteString(c.Verb.Word())
	}
	mark := ""
	if c.DryRun {
		mark += "?"
	}
	if c.Insist {
		mark += "!"
	}
	b.WriteString(mark)
	for _, arg := range arguments(c) {
		b.WriteString(" " + arg)
	}
	return b.String()
}

func arguments(c Command) []string {
	var args []string
	add := func(ok bool, arg string) {
		if ok {
			args = append(args, arg)
		}
	}
	add(c.For > 0, strconv.Itoa(int(c.For/time.Minute))+"m")
	add(c.On != "", c.On)
	add(c.Verb == Wait && !c.Until.IsZero(), "until")
	add(!c.Until.IsZero(), c.Until.String())
	add(c.Other > 0, strconv.FormatInt(c.Other, 10))
	if c.Verb == OnBehalf {
		add(c.Text != "", c.Text)
		add(true, "<"+c.Who+">")
		return args
	}
	add(c.Who != "", c.Who)
	add(c.Text != "", c.Text)
	return args
}

// Format writes the command as it can be typed, with its "#" and the requests in front: "SR-12,15-18 #1-3!".
func (c Command) Format(prefix string) string {
	if c.Requests.IsZero() {
		return "#" + printed(c)
	}
	return c.Requests.format(prefix) + " #" + printed(c)
}
