// Package suggest proposes codes of the chart for a mail, says why, and learns from what people decide.
//
// Two judges read each mail. The cold start knows the chart, a lexicon (lexicon.toml, which a district can extend): who is
// affected, what, how bad, whose turn; and a textbook of invented mails with their codes. The learner is a linear model over
// hashed words and letters that has seen nothing but earlier decisions. How much each is believed follows from how right each has lately been, so that the
// learner's voice grows with the evidence for it.
//
// It guarantees:
//   - the same calls in the same order give the same state and the same suggestions, byte for byte, on one kind of
//     processor; no clock, no random source, no map order takes part;
//   - a label that is corrected or taken back is unlearned: its share of every weight is subtracted;
//   - text costs linear time, and no more than MaxText bytes of a mail are looked at;
//   - it keeps hashes of what it learned, never words.
//
// It knows the chart and texts. It must not know requests, stores, people's rights or the time.
package suggest
