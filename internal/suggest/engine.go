package suggest

// engine is the learner with the cold start before it, where there is one.
type engine struct {
	cold    *cold // nil: labels are not codes of a chart
	learner *learner
}

func newEngine(c *cold) *engine {
	e := &engine{cold: c, learner: newLearner(labelsOf(c))}
	if c == nil {
		e.learner.blend.weight[judgeLinear] = aloneWeight
	}
	return e
}

// labelsOf are the codes of a cold start's chart, as labels.
func labelsOf(c *cold) (labels []string) {
	if c == nil {
		return nil
	}
	for _, code := range c.codes {
		labels = append(labels, code.String())
	}
	return labels
}

// view is all that is made of one mail.
type view struct {
	*judgement
	opinion *opinion // nil without a cold start
}

func (e *engine) view(m Mail) *view {
	s := scan(m)
	v := &view{opinion: e.opinion(s)}
	fs := features(s, v.opinion, deskEchoes)
	v.judgement = e.learner.judge(fs, e.known(v.opinion, fs))
	e.learner.sure.apply(v.p)
	return v
}

func (e *engine) learn(id string, m Mail, label string) {
	s := scan(m)
	o := e.opinion(s)
	fs := features(s, o, deskEchoes)
	cold := e.known(o, fs)
	e.learner.learn(id, lesson{features: fs, label: label, cold: cold, start: cold.start(judgeLinear)})
}

func (e *engine) opinion(m *scanned) *opinion {
	if e.cold == nil {
		return nil
	}
	return e.cold.judge(m)
}

func (e *engine) known(o *opinion, fs []counted) known {
	if o == nil {
		return known{}
	}
	return known{rules: o.logp, book: e.cold.school().speaks(fs)}
}
