// Package suggest proposes codes of the chart for a mail, says why, and learns from what people decide.
//
// Three read each mail, each correcting those before it. The rules know the chart and a lexicon (lexicon.toml, which a
// district can extend): who is affected, what, how bad, whose turn. The textbook, invented mails with their codes, teaches
// where the rules are wrong; both together are the cold start. The learner has seen nothing but a desk's decisions, and learns
// from them where that desk decides otherwise than the cold start. All are linear models over hashed words and letters. How
// much each is believed follows from how right each has lately been.
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
