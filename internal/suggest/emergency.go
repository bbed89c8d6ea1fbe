package suggest

import (
	"iter"
	"slices"
	"strings"
)

// Emergency tells whether a mail is believed to be one that analysts hear of on arrival (DESIGN, "Emergency alerts"): a
// district-wide outage, a campus-wide or testing one, stolen equipment, inappropriate content to block. A rule of the
// lexicon says so, or the mail reads like the textbook's emergencies, and either may change the other's mind; a district's own
// rules stand. why names the reason first ("campus-wide outage"),
// then the mail's own words. Words of urgency alone never raise one.
func (m *Model) Emergency(mail Mail) (believed bool, why []string) {
	m.mu.RLock()
	cold := m.engine.cold // it never changes; which one it is may
	m.mu.RUnlock()
	return cold.emergency(mail, ofAnybody)
}

// Besides is Emergency for a mail that reports a known outage, of which people have been told: what it may be besides.
func (m *Model) Besides(mail Mail) (believed bool, why []string) {
	m.mu.RLock()
	cold := m.engine.cold
	m.mu.RUnlock()
	return cold.emergency(mail, besidesOutages)
}

const (
	// ruled is how much a rule that alerts speaks for an emergency, and one that calms against it, before the textbook has its
	// say.
	ruled = 0.25
	// alarming is how much a mail must speak for one, less what it speaks against.
	alarming = -0.5
)

// Whose rules are asked.
func ofAnybody(*rule) bool        { return true }
func ofDistrict(r *rule) bool     { return r.own }
func besidesOutages(r *rule) bool { return !r.outage }

// likeOne is what people are told of an emergency that no rule has a name for.
const likeOne = "it reads like an emergency"

// telling is the group of concepts whose words are told then.
const telling = "telling"

// alarm is what a text says of an emergency.
type alarm struct {
	*opinion
	speaks float64  // for one, less against
	why    []string // alerts that count, and their words; none if no rule has a name for it
	mute   bool     // there are alerts, but none that counts
	firm   bool     // a district's own rule has an alert, and it counts
}

// emergency hears a mail as a whole and its loudest passage, half each: an emergency may be one sentence among many about
// other things.
func (k *cold) emergency(m Mail, counts func(*rule) bool) (believed bool, why []string) {
	whole := k.alarm(m, counts)
	if whole.mute {
		return false, nil
	}
	loudest := whole
	for p := range passages(m.Text) {
		m.Text = p
		if a := k.alarm(m, counts); a.speaks > loudest.speaks && !a.mute {
			loudest = a
		}
	}
	switch {
	case whole.firm:
		return true, whole.why
	case (whole.speaks+loudest.speaks)/2 <= alarming || k.calm(whole.opinion, ofDistrict):
		return false, nil
	case len(whole.why) > 0:
		return true, whole.why
	case len(loudest.why) > 0:
		return true, loudest.why
	}
	return true, k.telling(loudest.opinion)
}

func (k *cold) alarm(m Mail, counts func(*rule) bool) alarm {
	s := scan(m)
	a := alarm{opinion: k.judge(s)}
	why, named := k.alerts(a.opinion, counts)
	a.why, a.mute = why, named && len(why) == 0
	a.firm = slices.ContainsFunc(a.fired, func(i int) bool { r := &k.lexicon.rules[i]; return r.own && r.alert != "" && counts(r) })
	a.speaks = 2*k.alarmed(a.opinion) + k.school().alarms(features(s, a.opinion, bookEchoes))
	return a
}

// mostPassages bounds the work on a long mail.
const mostPassages = 40

// passages yields each two sentences of a text that follow each other, if there are more than two.
func passages(text string) iter.Seq[string] {
	all := sentences(clip(text))
	return func(yield func(string) bool) {
		if len(all) < 3 {
			return
		}
		for i, first := range all[:min(mostPassages, len(all)-1)] {
			if !yield(first + " " + all[i+1]) {
				return
			}
		}
	}
}

// sentences splits a text after its full stops, question and exclamation marks and at the ends of lines. What has no word in
// it is left out.
func sentences(text string) (all []string) {
	start := 0
	end := func(i int) {
		if s := strings.TrimSpace(text[start:i]); hasWord(s) {
			all = append(all, s)
		}
		start = i
	}
	for i := 1; i < len(text); i++ {
		if text[i] == '\n' || text[i] == ' ' && strings.IndexByte(".?!", text[i-1]) >= 0 {
			end(i)
		}
	}
	end(len(text))
	return all
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
	switch _, named := k.alerts(o, ofAnybody); {
	case named:
		return ruled
	case k.calm(o, ofAnybody):
		return -ruled
	}
	return 0
}

// calm tells whether one of some rules says that what only reads like an emergency is none.
func (k *cold) calm(o *opinion, of func(*rule) bool) bool {
	return slices.ContainsFunc(o.fired, func(i int) bool { r := &k.lexicon.rules[i]; return r.calm && of(r) })
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
