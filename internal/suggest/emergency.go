package suggest

import "slices"

// Emergency tells whether a mail is believed to be one that analysts hear of on arrival (DESIGN, "Emergency alerts"): a
// district-wide outage, a campus-wide or testing one, stolen equipment, inappropriate content to block. why names the
// reason first ("campus-wide outage"), then the mail's own words. Words of urgency alone never raise one.
func (m *Model) Emergency(mail Mail) (believed bool, why []string) {
	m.mu.RLock()
	cold := m.engine.cold // it never changes; which one it is may
	m.mu.RUnlock()
	return cold.emergency(cold.judge(scan(mail)))
}

func (k *cold) emergency(o *opinion) (bool, []string) {
	var why []string
	for _, r := range o.fired {
		alert := k.lexicon.rules[r].alert
		if alert == "" {
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
	return len(why) > 0, why
}
