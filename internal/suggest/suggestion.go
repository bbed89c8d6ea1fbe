package suggest

import "triaged/internal/chart"

// Suggestion is one code that a request may deserve.
type Suggestion struct {
	Code       chart.Code `json:"code"`
	Confidence float64    `json:"confidence"` // calibrated: of all suggestions made with .7, about seven in ten are right
	Because    []string   `json:"because"`    // short words from the mail or the chart, for the person who decides
}
