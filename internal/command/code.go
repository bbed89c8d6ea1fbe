package command

import "triaged/internal/chart"

// code understands numbers in the place of a command: a chart code, or a suggestion.
func (p *parser) code(n numbers) {
	if p.sel.All && !p.sel.Later {
		p.later()
	}
	end := p.rest()
	if core(end).len() > 0 {
		p.notAlone(n)
		return
	}
	cmd := Command{Requests: p.sel}
	_, cmd.DryRun, cmd.Insist = marks(end)
	switch {
	case n.prefixed:
		p.wrong("it ends with the number of a request, where the command belongs", "write the request first, then the command")
	case n.code():
		cmd.Verb, cmd.Code = Categorize, chart.Code{Category: int(n.values[0]), Priority: int(n.values[1])}
		p.done(cmd)
	case n.count == 1 && !n.dangling && 1 <= n.values[0] && n.values[0] <= 3 && n.digits == 1:
		cmd.Verb, cmd.Pick = Accept, int(n.values[0])
		p.done(cmd)
	default:
		p.badCode(n)
	}
}

// badCode names what is wrong with numbers that are neither a code nor a suggestion.
func (p *parser) badCode(n numbers) {
	switch {
	case n.count == 1 && n.dangling:
		p.wrong("the code ends after its dash", "a code is category and priority, such as 1-3", p.codesOf(int(n.values[0]))...)
	case n.count == 1 && n.digits == 1:
		p.wrong("suggestions are numbered 1 to 3", "a code is category and priority, such as 1-3", p.codesOf(int(n.values[0]))...)
	case n.count == 1 && n.digits == 2:
		c := chart.Code{Category: int(n.values[0] / 10), Priority: int(n.values[0] % 10)}
		p.wrong("a code is written with a dash", "", p.nearCode(c)...)
	case !p.line.hashed && !p.chosen:
		return // a date, a telephone number
	case n.count == 3 && p.line.hashed && !p.chosen && n.digits <= 2:
		c := chart.Code{Category: int(n.values[1]), Priority: int(n.values[2])}
		p.wrong("this is no code", "write the request, a space, then the code", near(p.onChart(c), p.label(n.values[0])+" #"+c.String())...)
	default:
		if p.line.hashed || p.named || p.chosen && n.digits <= 2 {
			p.wrong("this is no code", "a code is category and priority, such as 1-3")
		}
	}
}

// notAlone deals with a code that more words follow.
func (p *parser) notAlone(n numbers) {
	if !p.line.hashed && !p.named {
		return
	}
	if !n.code() && p.line.words > 3 { // "#1 reason to …"
		return
	}
	var near []string
	if n.code() {
		near = []string{p.form(chart.Code{Category: int(n.values[0]), Priority: int(n.values[1])}.String())}
	}
	p.wrong("there are more words on the line than the command", "a command stands alone on its line", near...)
}

func near(ok bool, form string) []string {
	if ok {
		return []string{form}
	}
	return nil
}

func (p *parser) onChart(c chart.Code) bool {
	return c.Category > 0 && (p.set.Codes == nil || p.set.Codes(c))
}

func (p *parser) nearCode(c chart.Code) []string { return near(p.onChart(c), p.form(c.String())) }

// codesOf lists the first few codes of a category.
func (p *parser) codesOf(category int) []string {
	var forms []string
	if p.set.Codes == nil || category < 1 || category > 99 {
		return nil
	}
	for priority := 0; priority <= 9 && len(forms) < 4; priority++ {
		if c := (chart.Code{Category: category, Priority: priority}); p.set.Codes(c) {
			forms = append(forms, p.form(c.String()))
		}
	}
	return forms
}
