package suggest

import (
	"slices"
)

// Emergency tells whether a mail is believed to be one that analysts hear of on arrival (DESIGN, "Emergency alerts"): a
// district-wide outage, a campus-wide or testing one, stolen equipment, inappropriate content to block. A rule of the
// lexicon says so, or the mail reads like the textbook's emergencies. why names the reason first ("campus-wide outage"),
// then the mail's own words. Words of urgency alone never raise one.
func (m *Model) Emergency(mail Mail) (believed bool, why []string) {
	m.mu.RLock()
	cold := m.engine.cold // it never changes; which one it is may
	m.mu.RUnlock()
	return cold.emergency(scan(mail), func(*rule) bool { return true })
}

// Besides is Emergency for a mail that reports a known outage, of which people have been told: what it may be besides.
func (m *Model) Besides(mail Mail) (believed bool, why []string) {
	m.mu.RLock()
	cold := m.engine.cold
	m.mu.RUnlock()
	return cold.emergency(scan(mail), func(r *rule) bool { return !r.outage })
}

const (
	// alarming is how much the textbook must speak for an emergency, less what it speaks against, where no rule does.
	alarming = -0.4
	// doubtful is where it speaks so much against one that a rule is not believed.
	doubtful = -1.2
)

// likeOne is what people are told of an emergency that no rule has a name for.
const likeOne = "it reads like an emergency"

// telling are the concepts whose words are told then.
var telling = []string{"district_scope", "whole_place", "campus_scope", "failing", "unreachable", "testing", "test_stopped", "theft", "gone", "explicit", "harmful", "registers_plural"}

func (k *cold) emergency(s *scanned, counts func(*rule) bool) (bool, []string) {
	o := k.judge(s)
	speaks := k.school().alarms(features(s, o))
	why, named := k.alerts(o, counts)
	switch {
	case len(why) > 0 && speaks > doubtful:
		return true, why
	case named || speaks <= alarming || k.calm(o):
		return false, nil
	}
	why = append(why, likeOne)
	for _, name := range telling {
		if i, ok := k.lexicon.byName[name]; ok && len(why) <= reasons {
			if said := k.lexicon.saidFor(o.reading, i); said != "" && !slices.Contains(why, said) {
				why = append(why, said)
			}
		}
	}
	return true, why
}

// calm tells whether a rule says that what only reads like an emergency is none.
func (k *cold) calm(o *opinion) bool {
	return slices.ContainsFunc(o.fired, func(r int) bool { return k.lexicon.rules[r].calm })
}

// alerts are those alerts that count of the rules that hold, each with the words that met them, and whether there are any
// at all.
func (k *cold) alerts(o *opinion, counts func(*rule) bool) (why []string, named bool) {
	for _, r := range o.fired {
		alert := k.lexicon.rules[r].alert
		named = named || alert != ""
		if alert == "" || !counts(&k.lexicon.rules[r]) {
			continue
		}
		if !slices.Contains(why, alert) {
			why = append(why, alert)
		}
		for _, s := range k.lexicon.spokenFor(o.reading, r) {
			if !slices.Contains(why, s) {
				why = append(why, s)
			}
		}
	}
	return why, named
}
