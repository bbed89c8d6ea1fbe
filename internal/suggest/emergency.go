package suggest

import "slices"

// Emergency tells whether a mail is believed to be one that analysts hear of on arrival (DESIGN, "Emergency alerts"): a
// district-wide outage, a campus-wide or testing one, stolen equipment, inappropriate content to block. A rule of the
// lexicon says so, or the mail reads like the textbook's emergencies, and either may change the other's mind; a district's own
// rules stand. why names the reason first ("campus-wide outage"), then the mail's own words. Words of urgency alone never
// raise one.
func (m *Model) Emergency(mail Mail) (believed bool, why []string) {
	return m.cold().emergency(mail, outage, otherAlarm)
}

// Besides is Emergency for a mail that reports a known outage, of which people have been told: what it may be besides. As
// nobody may read it otherwise, what a rule has a name for is believed in spite of doubts.
func (m *Model) Besides(mail Mail) (believed bool, why []string) {
	k := m.cold()
	if believed, why = k.emergency(mail, otherAlarm); believed {
		return true, why
	}
	a := k.alarm(mail)
	if a.speaks[otherAlarm] <= doubtful || k.holds(a.opinion, ownCalm) {
		return false, nil
	}
	why = k.alerts(a.opinion, []int{otherAlarm})
	return len(why) > 0, why
}

// cold returns the model's cold start, which never changes; which one it is may.
func (m *Model) cold() *cold {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return m.engine.cold
}

// Kinds of emergencies, which are the labels that the textbook's mails have for them.
const (
	noAlarm    = iota
	outage     // something is down for many
	otherAlarm // theft, content to block, and what a district's rules alert to
	alarmKinds
)

const (
	// rare is how much speaks against an emergency before anything is known: few mails are one.
	rare = 0.5
	// ruled is how much a rule that alerts speaks for one, and one that calms against it, before the textbook has its say.
	ruled = 0.25
	// alarming is how much a mail must speak for one, less what it speaks against.
	alarming = -0.2
	// doubtful is what speaks so much against one that no rule is believed.
	doubtful = -1.5
)

// likeOne is what people are told of an emergency that no rule has a name for.
const likeOne = "it reads like an emergency"

// telling is the group of concepts whose words are told then.
const telling = "telling"

// emergency hears a mail as a whole and its loudest passage, half each: an emergency may be one sentence among many about
// other things.
func (k *cold) emergency(m Mail, kinds ...int) (believed bool, why []string) {
	whole := k.alarm(m)
	switch {
	case k.holds(whole.opinion, func(r *rule) bool { return r.own && r.alerts(kinds) }):
		return true, k.alerts(whole.opinion, kinds)
	case k.holds(whole.opinion, ownCalm):
		return false, nil
	}
	loudest := whole.alone()
	for p := range passages(m.Text) {
		m.Text = p
		loudest.hear(k.alarm(m))
	}
	for _, kind := range kinds {
		if (whole.speaks[kind]+loudest[kind].speaks[kind])/2 <= alarming {
			continue
		}
		for _, o := range [...]*opinion{whole.opinion, loudest[kind].opinion} {
			if why := k.alerts(o, kinds); len(why) > 0 {
				return true, why
			}
		}
		return true, k.telling(loudest[kind].opinion)
	}
	return false, nil
}

// alarm is what a text says of emergencies.
type alarm struct {
	*opinion
	speaks [alarmKinds]float64 // for each kind, less against
}

func (k *cold) alarm(m Mail) alarm {
	s := scan(m)
	a := alarm{opinion: k.judge(s)}
	a.speaks = k.school().alarms(features(s, a.opinion, bookEchoes))
	for kind, start := range k.alarmed(a.opinion) {
		a.speaks[kind] += float64(start)
	}
	for kind := range a.speaks {
		a.speaks[kind] -= a.speaks[noAlarm]
	}
	return a
}

// loudest are the texts that speak loudest of each kind of emergency.
type loudest [alarmKinds]alarm

func (a alarm) alone() (l loudest) {
	for kind := range l {
		l[kind] = a
	}
	return l
}

func (l *loudest) hear(a alarm) {
	for kind := range l {
		if a.speaks[kind] > l[kind].speaks[kind] {
			l[kind] = a
		}
	}
}

// telling are the words of a mail that reads like an emergency, after that it does.
func (k *cold) telling(o *opinion) []string {
	why := []string{likeOne}
	group, ok := k.lexicon.byName[telling]
	for i, c := range k.lexicon.concepts {
		if said := o.say[i]; ok && said != "" && len(why) <= reasons && slices.Contains(c.groups, group) && !slices.Contains(why, said) {
			why = append(why, said)
		}
	}
	return why
}

// alarmed is what speaks for each kind of emergency, and for none, before the textbook has its say.
func (k *cold) alarmed(o *opinion) []float32 {
	start := []float32{noAlarm: 0, outage: -rare, otherAlarm: -rare}
	named := false
	for _, kind := range [...]int{outage, otherAlarm} {
		if k.holds(o, func(r *rule) bool { return r.alerts([]int{kind}) }) {
			start[kind] += ruled
			named = true
		}
	}
	if !named && k.holds(o, func(r *rule) bool { return r.calm }) {
		start[outage] -= ruled
		start[otherAlarm] -= ruled
	}
	start[noAlarm] = -max(start[outage], start[otherAlarm])
	return start
}

// holds tells whether a rule of some sort holds.
func (k *cold) holds(o *opinion, sort func(*rule) bool) bool {
	return slices.ContainsFunc(o.fired, func(i int) bool { return sort(&k.lexicon.rules[i]) })
}

// ownCalm is the sort of rules by which a district says that what only reads like an emergency is none.
func ownCalm(r *rule) bool { return r.own && r.calm }

// alerts are those of some kinds, of the rules that hold, each with the words that met it.
func (k *cold) alerts(o *opinion, kinds []int) (why []string) {
	add := func(s string) {
		if !slices.Contains(why, s) {
			why = append(why, s)
		}
	}
	for _, i := range o.fired {
		r := &k.lexicon.rules[i]
		if !r.alerts(kinds) {
			continue
		}
		add(r.alert)
		for _, s := range k.lexicon.spokenFor(o.reading, i) {
			add(s)
		}
	}
	return why
}

// alerts tells whether a rule alerts to an emergency of some kinds.
func (r *rule) alerts(kinds []int) bool { return r.alert != "" && slices.Contains(kinds, r.kind()) }

// kind is the kind of emergency that a rule alerts to.
func (r *rule) kind() int {
	if r.outage {
		return outage
	}
	return otherAlarm
}
