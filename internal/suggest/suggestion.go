package suggest

import "triaged/internal/chart"

// Suggestion is one code that a request may deserve.
type Suggestion struct {
	Code       chart.Code `json:"code"`
	Confidence float64    `json:"confidence"` // calibrated: of all suggestions made with .7, about seven in ten are right
	Because    []string   `json:"because"`    // short words from the mail or the chart, for the person who decides
}

// Sure is the confidence below which a suggestion is a guess, and is shown as one.
const Sure = 0.5

// Sure tells whether the suggestion is more than a guess.
func (s Suggestion) Sure() bool { return s.Confidence >= Sure }
