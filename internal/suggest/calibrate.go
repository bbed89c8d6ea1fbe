package suggest

// calibration corrects the confidence in first suggestions by how often they were right: a piecewise linear map, learned
// like the blend from predictions made before their example was. The blend is right on the whole; where mails are of two
// kinds, near copies of known ones and quite new ones, it is too sure of one and not sure enough of the other.
type calibration struct {
	tried, right [knots]float64
}

const (
	knots = 13
	// knotPrior is how many tries it takes to believe a knot half.
	knotPrior = 10
	// knotKeep is how much of the past a try leaves.
	knotKeep = 0.9995
)

// place returns the knot below a confidence, and how far the next one it lies, 0 to 1.
func place(confidence float64) (knot int, beyond float64) {
	x := confidence * (knots - 1)
	knot = min(int(x), knots-2)
	return knot, x - float64(knot)
}

func (c *calibration) learn(confidence float64, right bool) {
	i, beyond := place(confidence)
	for k := range knots {
		c.tried[k] *= knotKeep
		c.right[k] *= knotKeep
	}
	for k, share := range [...]float64{1 - beyond, beyond} {
		c.tried[i+k] += share
		if right {
			c.right[i+k] += share
		}
	}
}

// at is the share of right answers at a knot.
func (c *calibration) at(k int) float64 {
	return (c.right[k] + knotPrior*float64(k)/(knots-1)) / (c.tried[k] + knotPrior)
}

// apply moves the highest of p to what it deserves, and the others in proportion, keeping their order and their sum.
func (c *calibration) apply(p []float64) {
	if len(p) < 2 {
		return
	}
	first, second := 0, -1
	for k := range p {
		if p[k] > p[first] {
			first = k
		}
	}
	for k := range p {
		if k != first && (second < 0 || p[k] > p[second]) {
			second = k
		}
	}
	rest := 1 - p[first]
	if rest < 1e-9 {
		return
	}
	i, beyond := place(p[first])
	to := (1-beyond)*c.at(i) + beyond*c.at(i+1)
	to = min(1-1e-6, max(to, p[second]/(rest+p[second])+1e-6))
	for k := range p {
		if k != first {
			p[k] *= (1 - to) / rest
		}
	}
	p[first] = to
}
