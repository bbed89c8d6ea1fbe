package bot

import (
	"cmp"
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
	open     []bool    // by minute: within Mon–Fri 07:00–17:00, no holiday, not after an early release
	review   []bool    // by minute: a review of the queue begins
	cases    []*oracleCase
	active   []*oracleCase
	urgent   []*oracleCase // of which something may have to be told at night: new ones and emergencies
	passed   []int         // reviews whose hour has passed while the machine was off
	told     []string      // of the day: "SR-1 breach 09:05"
	reviewed []string      // of the day: "09:00 3", the number of requests in the queue; or "09:00 missed"
}

const never = math.MaxInt

// what the oracle tells people of. The order is of no importance.
const (
	emergencyCheck = iota
	uncategorized
	escalation
	unacknowledged
	unassigned
	undated
	warning
	breach
	followUp
	followUpMissing
	waitOver
	scheduledDay
	allTold
)

var toldNames = [allTold]string{
	"emergency-check", "uncategorized", "uncategorized-escalation", "unacknowledged", "unassigned", "undated", "warning", "breach",
	"follow-up", "follow-up-missing", "wait-over", "scheduled-day",
}

type oracleCase struct {
	number    int
	submitted int // all times are minutes
	escalate  int // the third review of the queue after the two hours
	code      string
	codeAt    int
	first     int // first categorized
	resume    string
	assignee  string
	routed    bool // to the team of category 1, the only one that the story's codes have
	original  string
	acted     int
	claimed   int // until
	note      int
	reopened  int
	onHold    bool // waits for its customer
	waitUntil int
	scheduled int      // the day that is planned, never if there is none
	approved  bool     // to go ahead of overdue work
	pauses    [][2]int // the last one may end never
	done      bool
	doneAt    int
	listed    bool         // among the active
	pressing  bool         // among the urgent
	told      [allTold]int // when last; -1 for never
	count     int          // how often anything was told
	used      int          // minutes of the target, up to now
	x80, x100 int          // when so much of the target was used up
}

// targets are in minutes of the wall (+) or of working time (-), of the codes the story uses.
var oracleTargets = map[string]int{"1-1": 240, "1-2": -600, "1-3": -1800, "1-4": -2400, "2-3": -1800, "2-4": -2400, "7-0": -1200}

// newOracle writes the calendar of so many days down. closes are the days that end early, at an hour of the afternoon.
func newOracle(start time.Time, days int, zone *time.Location, holidays []string, closes map[string]int) *oracle {
	o := &oracle{zone: zone, start: start}
	for m := 0; m < days*24*60; m++ {
		t := start.Add(time.Duration(m) * time.Minute).In(zone)
		day := t.Format("2006-01-02")
		work := t.Weekday() != time.Saturday && t.Weekday() != time.Sunday && !slices.Contains(holidays, day)
		until := 17
		if early, ok := closes[day]; ok {
			until = early
		}
		open := work && t.Hour() >= 7 && t.Hour() < until
		o.open = append(o.open, open)
		o.review = append(o.review, open && t.Minute() == 0 && t.Hour()%2 == 1)
	}
	return o
}

func (o *oracle) submit(m int) *oracleCase {
	c := &oracleCase{
		number: len(o.cases) + 1, submitted: m, escalate: never, first: never, acted: never, note: -1, reopened: -1, claimed: -1,
		waitUntil: never, scheduled: never, x80: never, x100: never,
	}
	for i := range c.told {
		c.told[i] = -1
	}
	seen := 0
	for i := m + 121; i < len(o.review) && c.escalate == never; i++ {
		if o.review[i] {
			if seen++; seen == 3 {
				c.escalate = i
			}
		}
	}
	o.cases = append(o.cases, c)
	o.list(c)
	o.press(c)
	return c
}

func (o *oracle) list(c *oracleCase) {
	if !c.listed {
		c.listed = true
		o.active = append(o.active, c)
	}
}

func (o *oracle) press(c *oracleCase) {
	if !c.pressing {
		c.pressing = true
		o.urgent = append(o.urgent, c)
	}
}

// act is something that a technician does about a request.
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

func (c *oracleCase) stop(m int) {
	if n := len(c.pauses); n == 0 || c.pauses[n-1][1] != never {
		c.pauses = append(c.pauses, [2]int{m, never})
	}
}

func (c *oracleCase) run(m int) {
	if n := len(c.pauses); n > 0 && c.pauses[n-1][1] == never {
		c.pauses[n-1][1] = m
	}
}

func (o *oracle) categorize(c *oracleCase, m int, code, by string) {
	if c.first == never {
		c.first = m
	}
	if c.code != "" && c.code[0] != code[0] {
		c.scheduled, c.approved = never, false
	}
	c.code, c.codeAt, c.waitUntil, c.resume, c.onHold = code, m, never, "", false
	if oracleTargets[code] != 0 {
		c.run(m)
	} else {
		c.stop(m)
	}
	if code[0] == '1' && !c.routed { // the code brings its team; only who has the request and says what it is keeps it
		c.routed = true
		if c.assignee != by {
			c.assignee, c.claimed = "", -1
		}
	}
	if code == "1-1" {
		o.press(c)
	}
	o.recount(c, m)
}

// wait makes a request wait for its customer, at most until a minute.
func (o *oracle) wait(c *oracleCase, m, until int) {
	if oracleTargets[c.code] != 0 {
		c.resume = c.code
	}
	c.code, c.codeAt, c.onHold, c.waitUntil = c.code[:1]+"-6", m, true, until
	c.run(m)
	c.stop(m)
	o.recount(c, m)
}

// answered is the customer's answer that a request waited for.
func (o *oracle) answered(c *oracleCase, m int) {
	if c.resume == "" {
		return
	}
	c.code, c.codeAt, c.onHold, c.waitUntil, c.resume = c.resume, m, false, never, ""
	c.run(m)
	if c.code == "1-1" {
		o.press(c)
	}
	o.recount(c, m)
}

func (o *oracle) resolve(c *oracleCase, m int) {
	c.done, c.doneAt = true, m
	c.stop(m)
}

// reopen is a requester's word that it is not done: the clock runs on with what was left, unless the code stops it.
func (o *oracle) reopen(c *oracleCase, m int) {
	c.done, c.reopened = false, m
	c.run(m)
	if oracleTargets[c.code] == 0 {
		c.stop(m)
	}
	o.recount(c, m)
	o.list(c)
	if c.code == "1-1" {
		o.press(c)
	}
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
	if c.code == "" {
		return 0
	}
	target := oracleTargets[c.code]
	if target == 0 || target < 0 && !o.open[m] || c.stopped(m) {
		return 0
	}
	return 1
}

func (o *oracle) cross(c *oracleCase, m int) {
	if c.code == "" {
		return
	}
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

// minute tells what is due at a minute, after everything that people did in it. Nothing can be told while the machine is
// off. Outside of the desk's hours, working time stands and only what is urgent is told, so nothing else has to be looked at
// but in the first minute after them.
func (o *oracle) minute(m int, off bool) {
	queue := 0
	if o.open[m] || m > 0 && o.open[m-1] {
		for _, c := range o.active {
			if c.done {
				continue
			}
			o.pass(c, m, off)
			if c.code == "" {
				queue++
			}
		}
	} else {
		for _, c := range o.urgent {
			if !c.done {
				o.pass(c, m, off)
			}
		}
	}
	if !off {
		o.urgent = slices.DeleteFunc(o.urgent, func(c *oracleCase) bool {
			c.pressing = !c.done && c.code == "1-1"
			return !c.pressing
		})
	}
	o.reviews(m, off, queue)
}

func (o *oracle) pass(c *oracleCase, m int, off bool) {
	if c.x100 == never {
		o.cross(c, m)
		c.used += o.counts(c, m)
	}
	if !off {
		o.look(c, m)
	}
}

// reviews holds the review of an hour; after an outage the last one that was missed, late.
func (o *oracle) reviews(m int, off bool, queue int) {
	if o.review[m] {
		o.passed = append(o.passed, m)
	}
	n := len(o.passed)
	if off || n == 0 || !o.open[m] {
		return
	}
	for _, hour := range o.passed[:n-1] {
		o.reviewed = append(o.reviewed, o.clock(hour)+" missed")
	}
	o.reviewed = append(o.reviewed, fmt.Sprintf("%s %d", o.clock(o.passed[n-1]), queue))
	o.passed = nil
}

func (o *oracle) clock(m int) string {
	return o.start.Add(time.Duration(m) * time.Minute).In(o.zone).Format("01-02 15:04")
}

func (o *oracle) tell(c *oracleCase, m, what int) {
	c.told[what] = m
	c.count++
	o.told = append(o.told, fmt.Sprintf("SR-%d %s %s", c.number, toldNames[what], o.clock(m)))
}

// look tells what is due about one request.
func (o *oracle) look(c *oracleCase, m int) {
	awake := o.open[m] || c.code == "1-1"
	if c.code == "" {
		o.waiting(c, m, awake)
		return
	}
	free := c.claimed <= m // nobody has claimed it
	if c.code[0] == '1' {
		o.acknowledgement(c, m, awake, free)
	}
	if !awake {
		return
	}
	if c.code == "5-3" && c.scheduled == never && free && c.told[undated] < c.codeAt {
		o.tell(c, m, undated)
	}
	if m >= c.x80 && m < c.x100 && c.told[warning] < c.x80 {
		o.tell(c, m, warning)
	}
	if m >= c.x100 && c.told[breach] < c.x100 {
		o.tell(c, m, breach)
	}
	if oracleTargets[c.code] == 0 {
		o.notes(c, m)
	}
	if m >= c.waitUntil && c.told[waitOver] < c.waitUntil {
		o.tell(c, m, waitOver)
	}
	if m >= c.scheduled && c.told[scheduledDay] < c.scheduled {
		o.tell(c, m, scheduledDay)
	}
}

// waiting is what is due about a request without a code.
func (o *oracle) waiting(c *oracleCase, m int, awake bool) {
	if c.told[emergencyCheck] < 0 {
		o.tell(c, m, emergencyCheck)
	}
	if !awake || c.claimed > m {
		return
	}
	if late := c.submitted + 120; m >= late && c.told[uncategorized] < late {
		o.tell(c, m, uncategorized)
	}
	if m >= c.escalate && c.told[escalation] < c.escalate {
		o.tell(c, m, escalation)
	}
}

// notes are those that are owed every week while no clock runs, and what follows if one does not come.
func (o *oracle) notes(c *oracleCase, m int) {
	const day = 24 * 60
	since := max(c.codeAt, c.note, c.reopened)
	asked := c.told[followUp]
	if asked > since && m >= asked+day && c.told[followUpMissing] < asked+day {
		o.tell(c, m, followUpMissing)
	}
	if m >= max(since, asked)+7*day {
		o.tell(c, m, followUp)
	}
}

// acknowledgement is the 24 hours of category 1, and what follows them.
func (o *oracle) acknowledgement(c *oracleCase, m int, awake, free bool) {
	const day = 24 * 60
	if !awake {
		return
	}
	what, first := unacknowledged, c.submitted+day
	if c.acted != never {
		if c.assignee != "" || oracleTargets[c.code] == 0 || !free {
			return
		}
		what = unassigned
		if c.acted >= first {
			first = c.acted + day
		}
	}
	next := first
	if last := c.told[what]; last >= first {
		next = last + max(day, last-first)
	}
	if m >= next {
		o.tell(c, m, what)
	}
}

// order is the open requests as they are to be worked: emergencies, approved planned work, then by due time (overdue work is
// due longest ago), other planned work, and last what has no date.
func (o *oracle) order(m int) []int {
	type place struct{ class, due, number int }
	var all []place
	for _, c := range o.active {
		if c.done {
			continue
		}
		p := place{5, never, c.number}
		switch due := o.due(c, m); {
		case c.code == "1-1":
			p.class, p.due = 1, due
		case c.code == "5-3" && c.approved:
			p.class, p.due = 2, c.scheduled
		case c.code == "":
			p.class, p.due = 3, c.submitted+120
		case due != never:
			p.class, p.due = 3, due
		case c.code == "5-3":
			p.class, p.due = 4, c.scheduled
		}
		all = append(all, p)
	}
	slices.SortFunc(all, func(a, b place) int { return cmp.Or(a.class-b.class, cmp.Compare(a.due, b.due), a.number-b.number) })
	numbers := make([]int, len(all))
	for i, p := range all {
		numbers[i] = p.number
	}
	return numbers
}

// due walks on from a minute until the target is used up.
func (o *oracle) due(c *oracleCase, m int) int {
	target := max(oracleTargets[c.code], -oracleTargets[c.code])
	if c.x100 != never || target == 0 || c.code == "" {
		return c.x100
	}
	for used := c.used; used < target; m++ {
		used += o.counts(c, m)
	}
	return m
}

// day ends the day: what was told and reviewed in it, sorted.
func (o *oracle) day() (told, reviewed []string) {
	told, reviewed = o.told, o.reviewed
	o.told, o.reviewed = nil, nil
	sort.Strings(told)
	sort.Strings(reviewed)
	o.active = slices.DeleteFunc(o.active, func(c *oracleCase) bool {
		c.listed = !c.done
		return c.done
	})
	return told, reviewed
}
