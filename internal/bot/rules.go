package bot

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"triaged/internal/agenda"
	"triaged/internal/authority"
	"triaged/internal/compose"
	"triaged/internal/config"
	"triaged/internal/gather"
	"triaged/internal/intake"
	"triaged/internal/provider"
	"triaged/internal/request"
	"triaged/internal/store"
	"triaged/internal/suggest"
)

// rules are all that a desk decides by, made from one configuration. They do not change; a changed configuration makes
// others, which take their place as a whole.
type rules struct {
	config *config.Config
	policy *intake.Policy
	plan   *agenda.Policy
	house  compose.House
	model  *suggest.Model
	limits Limits
	retry  Retry
	pace   provider.Limits
	notify []string // operators
	burst  gather.Policy

	expiring map[string]agenda.Expiring // secrets, by what was told of them
}

// rulesOf makes the rules that a configuration describes. They go on with what the rules before them have learned, if
// that is still of use.
func rulesOf(c *config.Config, before *rules) (*rules, error) {
	policy := policyOf(c)
	var err error
	if policy.Directory, err = readDirectory(c.Desk.Directory); err != nil {
		return nil, err
	}
	texts, err := textsOf(c)
	if err != nil {
		return nil, err
	}
	if err := speakable(c, texts.Languages()); err != nil {
		return nil, err
	}
	r := &rules{
		config: c, policy: policy, plan: planOf(c),
		house: compose.House{
			Desk: c.Desk.Name, Address: c.Desk.Address, Prefix: c.Desk.Prefix, Zone: c.Location(), Chart: c.Chart(),
			Languages: c.Desk.Languages, Texts: texts, MonthDay: !c.Desk.DayFirst,
		},
		limits: Limits{PerRecipient: rate(c.Limits.AutomaticMailsPerRecipient), PerRequest: rate(c.Limits.AutomaticMailsPerRequest), Breaker: rate(c.Limits.CircuitBreaker)},
		retry:  Retry{Waits: durations(c.SMTP.Retry), GiveUp: c.SMTP.GiveUpAfter.D()},
		pace:   c.SMTP.Pace(), notify: c.Notify.Operator, expiring: expiring(c),
		burst: gather.Policy{Count: c.Notify.Burst.Count, Per: c.Notify.Burst.Per.D()},
	}
	if before != nil && modelOf(before) == modelOf(r) {
		r.model = before.model
	} else {
		r.model = suggest.New(c.Chart(), c.Lexicon())
	}
	policy.Besides = func(m suggest.Mail, at time.Time) []string {
		known := r.known(m.Requester, m.Campus, at)
		known.Subject, known.Text = m.Subject, m.Text
		return besides(r.model, policy.Chart, known)
	}
	return r, nil
}

// speakable refuses a language in which there is nothing to write.
func speakable(c *config.Config, there []string) error {
	for _, language := range c.Desk.Languages {
		if !slices.Contains(there, language) {
			return c.Wrong("desk.languages", fmt.Sprintf("there are no templates in %q, only in %s", language, strings.Join(there, ", ")),
				"write them in a folder that desk.templates names, or leave it out")
		}
	}
	return nil
}

// sign gives the rules the identity that a desk's tokens are bound to.
func (r *rules) sign(keys authority.Keys, instance string) {
	r.policy.Keys, r.house.Keys, r.house.Instance = keys, keys, instance
	for name, box := range r.policy.Mailboxes {
		box.Proof.Instance = instance
		r.policy.Mailboxes[name] = box
	}
}

// derive is what the indexes hold of a request under these rules.
func (r *rules) derive(q request.Request) store.Derived {
	derived := store.Derived{Rank: r.plan.Rank(q)}
	for _, item := range agenda.Due(q, r.plan) {
		derived.Due = append(derived.Due, store.Due{At: item.At, What: item.What})
	}
	return derived
}

// rulesVersion rises with every change of the program that makes derive give something else of the same snapshot.
const rulesVersion = 5

// fingerprint identifies what derive depends on.
func fingerprint(c *config.Config) string {
	return digest("%d %+v %+v %+v %+v %+v", rulesVersion, c.Calendar, c.Reminders, c.Review, c.Desk.Timezone, c.Chart().Entries())
}

// modelOf identifies what a model is made with besides the history: what it knows, and what it is told of each mail.
func modelOf(r *rules) string {
	c := r.config
	return digest("%+v %s %+v %+v %+v %s", c.Chart().Entries(), c.Lexicon().Identity(), r.policy.Directory, c.Teams, c.Testing, c.Desk.Prefix)
}

func digest(format string, values ...any) string {
	sum := sha256.New()
	fmt.Fprintf(sum, format, values...)
	return hex.EncodeToString(sum.Sum(nil)[:8])
}
