package suggest

// engine is the learner with the cold start before it, where there is one.
type engine struct {
	cold    *cold // nil: labels are not codes of a chart
	learner *learner
}

func newEngine(c *cold) *engine {
	var labels []string
	if c != nil {
		for _, code := range c.codes {
			labels = append(labels, code.String())
		}
	}
	return &engine{cold: c, learner: newLearner(labels)}
}

// view is all that is made of one mail.
type view struct {
	*judgement
	opinion *opinion // nil without a cold start
}

func (e *engine) view(m Mail) *view {
	s := scan(m)
	v := &view{opinion: e.opinion(s)}
	v.judgement = e.learner.judge(features(s, v.opinion), e.score(v.opinion))
	e.learner.sure.apply(v.p)
	return v
}

func (e *engine) learn(id string, m Mail, label string) {
	s := scan(m)
	o := e.opinion(s)
	e.learner.learn(id, features(s, o), label, e.score(o))
}

func (e *engine) opinion(m *scanned) *opinion {
	if e.cold == nil {
		return nil
	}
	return e.cold.judge(m)
}

func (e *engine) score(o *opinion) []float64 {
	if o == nil {
		return nil
	}
	return o.logp
}
