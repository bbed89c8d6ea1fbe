package bot

import (
	"fmt"
	"math"
	"slices"
	"sort"
	"time"
)

// The oracle decides what falls due from the raw story alone: who said what, and when. It walks through every minute of
// every open request, with a calendar that is a list of minutes. It shares no code with what it judges.

// oracle is the desk as a patient clerk with a wall clock would keep it.
type oracle struct {
	zone     *time.Location
	start    time.Time // minute 0
	open     []bool    // by minute: within Mon–Fri 07:00–17:00, no holiday
	review   []bool    // by minute: a review of the queue begins
	cases    []*oracleCase
	active   []*oracleCase
	told     []string // of the day: "SR-1 breach 09:05"
	reviewed []string // of the day: "09:00 3"
}

const never = math.MaxInt

type oracleCase struct {
	number    int
	submitted int // all times are minutes
	code      string
	codeAt    int
	first     int // first categorized
	assignee  string
	routed    bool // to the team of category 1, the only one that the story's codes have
	original  string
	acted     int
	claimed   int // until
	note      int
	waitUntil int
	scheduled bool
	pauses    [][2]int // the last one may end never
	done      bool
	told      map[string]int
	used      int // minutes of the target, up to now
	x80, x100 int // when so much of the target was used up
}

// targets are in minutes of the wall (+) or of working time (-), of the codes the story uses.
var oracleTargets = map[string]int{"1-1": 240, "1-2": -600, "1-3": -1800, "1-4": -2400, "2-3": -1800, "2-4": -2400, "7-0": -1200}

func newOracle(start time.Time, days int, zone *time.Location, holidays []string) *oracle {
	o := &oracle{zone: zone, start: start}
	for m := 0; m < days*24*60; m++ {
		t := start.Add(time.Duration(m) * time.Minute).In(zone)
		work := t.Weekday() != time.Saturday && t.Weekday() != time.Sunday && !slices.Contains(holidays, t.Format("2006-01-02"))
		open := work && t.Hour() >= 7 && t.Hour() < 17
		o.open = append(o.open, open)
		o.review = append(o.review, open && t.Minute() == 0 && t.Hour()%2 == 1)
	}
	return o
}

func (o *oracle) submit(m int) *oracleCase {
	c := &oracleCase{number: len(o.cases) + 1, submitted: m, first: never, acted: never, note: -1, waitUntil: never, claimed: -1, told: map[string]int{}, x80: never, x100: never}
	o.cases = append(o.cases, c)
	o.active = append(o.active, c)
	return c
}

func (c *oracleCase) act(m int) {
	if c.acted == never {
		c.acted = m
	}
}

func (c *oracleCase) stopped(m int) bool {
	for _, p := range c.pauses {
		if m >= p[0] && m < p[1] {
			return true
		}
	}
	return false
}

func (o *oracle) categorize(c *oracleCase, m int, code, by string) {
	if c.first == never {
		c.first = m
	}
	c.code, c.codeAt, c.waitUntil = code, m, never
	n := len(c.pauses)
	standing := n > 0 && c.pauses[n-1][1] == never
	if oracleTargets[code] != 0 && standing {
		c.pauses[n-1][1] = m
	}
	if oracleTargets[code] == 0 && !standing {
		c.pauses = append(c.pauses, [2]int{m, never})
	}
	if code[0] == '1' && !c.routed { // the code brings its team; only who has the request and says what it is keeps it
		c.routed = true
		if c.assignee != by {
			c.assignee, c.claimed = "", -1
		}
	}
	o.recount(c, m)
}

// recount walks through the request's whole life to see how much of its present target was used up, and when so much.
func (o *oracle) recount(c *oracleCase, until int) {
	c.x80, c.x100, c.used = never, never, 0
	for m := c.submitted; m < until; m++ {
		c.used += o.counts(c, m)
		o.cross(c, m+1)
	}
}

func (o *oracle) counts(c *oracleCase, m int) int {
	target := oracleTargets[c.code]
	if c.stopped(m) || target == 0 || target < 0 && !o.open[m] {
		return 0
	}
	return 1
}

func (o *oracle) cross(c *oracleCase, m int) {
	target := max(oracleTargets[c.code], -oracleTargets[c.code])
	if target == 0 {
		return
	}
	if c.x80 == never && c.used*5 >= target*4 {
		c.x80 = m
	}
	if c.x100 == never && c.used >= target {
		c.x100 = m
	}
}

// minute tells what is due at a minute, after everything that people did in it.
func (o *oracle) minute(m int) {
	queue := 0
	o.active = slices.DeleteFunc(o.active, func(c *oracleCase) bool { return c.done })
	for _, c := range o.active {
		if c.x100 == never {
			o.cross(c, m)
			c.used += o.counts(c, m)
		}
		o.look(c, m)
		if c.code == "" {
			queue++
		}
	}
	if o.review[m] {
		o.reviewed = append(o.reviewed, fmt.Sprintf("%s %d", o.clock(m), queue))
	}
}

func (o *oracle) clock(m int) string {
	return o.start.Add(time.Duration(m) * time.Minute).In(o.zone).Format("01-02 15:04")
}

func (o *oracle) tell(c *oracleCase, m int, what string) {
	c.told[what] = m
	o.told = append(o.told, fmt.Sprintf("SR-%d %s %s", c.number, what, o.clock(m)))
}

func (c *oracleCase) toldSince(what string, m int) bool {
	at, ok := c.told[what]
	return ok && at >= m
}

// look tells what is due about one request.
func (o *oracle) look(c *oracleCase, m int) {
	const day = 24 * 60
	free := c.claimed <= m // nobody has claimed it
	awake := o.open[m] || c.code == "1-1"
	if c.code == "" {
		if !c.toldSince("emergency-check", c.submitted) {
			o.tell(c, m, "emergency-check")
		}
		late := c.submitted + 120
		if awake && free && m >= late && !c.toldSince("uncategorized", late) {
			o.tell(c, m, "uncategorized")
		}
		seen, third := 0, never
		for i := late + 1; i <= m && seen < 3; i++ {
			if o.review[i] {
				if seen++; seen == 3 {
					third = i
				}
			}
		}
		if awake && free && m >= third && !c.toldSince("uncategorized-escalation", third) {
			o.tell(c, m, "uncategorized-escalation")
		}
		return
	}
	if c.code[0] == '1' {
		o.acknowledgement(c, m, awake, free)
	}
	if c.code == "5-3" && !c.scheduled && awake && free && !c.toldSince("undated", c.codeAt) {
		o.tell(c, m, "undated")
	}
	if awake && m >= c.x80 && m < c.x100 && !c.toldSince("warning", c.x80) {
		o.tell(c, m, "warning")
	}
	if awake && m >= c.x100 && !c.toldSince("breach", c.x100) {
		o.tell(c, m, "breach")
	}
	if oracleTargets[c.code] == 0 {
		since := max(c.codeAt, c.note)
		asked, ok := c.told["follow-up"]
		if ok && asked > since && awake && m >= asked+day && !c.toldSince("follow-up-missing", asked+day) {
			o.tell(c, m, "follow-up-missing")
		}
		if ok {
			since = max(since, asked)
		}
		if awake && m >= since+7*day {
			o.tell(c, m, "follow-up")
		}
	}
	if awake && m >= c.waitUntil && !c.toldSince("wait-over", c.waitUntil) {
		o.tell(c, m, "wait-over")
	}
}

// acknowledgement is the 24 hours of category 1, and what follows them.
func (o *oracle) acknowledgement(c *oracleCase, m int, awake, free bool) {
	const day = 24 * 60
	what, first := "unacknowledged", c.submitted+day
	if c.acted != never {
		if c.assignee != "" || oracleTargets[c.code] == 0 {
			return
		}
		what = "unassigned"
		if c.acted >= first {
			first = c.acted + day
		}
		if !free {
			return
		}
	}
	next := first
	if last, ok := c.told[what]; ok && last >= first {
		next = last + max(day, last-first)
	}
	if awake && m >= next {
		o.tell(c, m, what)
	}
}

// day ends the day: what was told and reviewed in it, sorted.
func (o *oracle) day() (told, reviewed []string) {
	told, reviewed = o.told, o.reviewed
	o.told, o.reviewed = nil, nil
	sort.Strings(told)
	return told, reviewed
}
