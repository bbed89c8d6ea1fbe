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
	// ruled is how much a rule that alerts speaks for an emergency, and one that calms against it, before the textbook has its
	// say.
	ruled = 0.25
	// alarming is how much both together must speak for one, less what they speak against.
	alarming = -0.38
)

// likeOne is what people are told of an emergency that no rule has a name for.
const likeOne = "it reads like an emergency"

// telling is the group of concepts whose words are told then.
const telling = "telling"

func (k *cold) emergency(s *scanned, counts func(*rule) bool) (bool, []string) {
	o := k.judge(s)
	why, named := k.alerts(o, counts)
	if named && len(why) == 0 {
		return false, nil
	}
	if 2*k.alarmed(o)+k.school().alarms(features(s, o)) <= alarming {
		return false, nil
	}
	if len(why) > 0 {
		return true, why
	}
	return true, k.telling(o)
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

// alarmed is what the rules speak for an emergency, and as much against none.
func (k *cold) alarmed(o *opinion) float64 {
	switch _, named := k.alerts(o, func(*rule) bool { return true }); {
	case named:
		return ruled
	case k.calm(o):
		return -ruled
	}
	return 0
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
