package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"time"

	"triaged/internal/bot"
	"triaged/internal/suggest"
)

type evaluateCommand struct {
	Train string `placeholder:"FILE" help:"JSON Lines with subject, body and label: what is learned."`
	Test  string `placeholder:"FILE" help:"JSON Lines with subject, body and label: what is then tried."`
}

// Help says what the figures mean.
func (evaluateCommand) Help() string {
	return "Without files, the store's own history is tried and learned in order, as the desk lived it. With files, too, the built-in\n" +
		"knowledge of the chart and the lexicon takes part if every label is a code of the chart.\n" +
		"accuracy: the first suggestion was right. top3: one of three was. macro_f1: the mean of each label's F1.\n" +
		"calibration_error: how far confidence is from how often it was right, over fifteen bins.\n\n" +
		"With --json: train, test (rows), accuracy, macro_f1, top3, calibration_error, train_seconds, suggest_micros (a mail)."
}

func (l *evaluateCommand) Run(ctx context.Context, c *commands, s streams) error {
	if (l.Train == "") != (l.Test == "") {
		return usageError{fmt.Errorf("--train and --test go together; without both, the store's own history is tried")}
	}
	if l.Train == "" {
		return rows(ctx, c, s, "evaluate", bot.Args{}, func(r suggest.Report) { printReport(s, r) })
	}
	train, err := readRows(l.Train)
	if err != nil {
		return err
	}
	test, err := readRows(l.Test)
	if err != nil {
		return err
	}
	known, err := c.known()
	if err != nil {
		return err
	}
	r := suggest.Evaluate(train, test, suggest.Setup{Chart: known.Chart(), Lexicon: known.Lexicon(), Now: time.Now})
	if c.JSON {
		return printJSON(s, r)
	}
	printReport(s, r)
	return nil
}

func readRows(name string) ([]suggest.Row, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var all []suggest.Row
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 16<<20)
	for n := 1; lines.Scan(); n++ {
		if len(lines.Bytes()) == 0 {
			continue
		}
		var row suggest.Row
		if err := json.Unmarshal(lines.Bytes(), &row); err != nil {
			return nil, fmt.Errorf("%s:%d: not a JSON object with subject, body and label: %w", name, n, err)
		}
		if row.Label == "" {
			return nil, fmt.Errorf("%s:%d: no label", name, n)
		}
		all = append(all, row)
	}
	return all, lines.Err()
}

func printReport(s streams, r suggest.Report) {
	fmt.Fprintf(s.out, "learned %d, tried %d\n", r.Train, r.Test)
	fmt.Fprintf(s.out, "right first %.1f %%, within three %.1f %%, macro-F1 %.3f, calibration error %.3f\n", r.Accuracy*100, r.Top3*100, r.MacroF1, r.CalibrationError)
	fmt.Fprintf(s.out, "learning took %.2f s, a suggestion %.0f µs\n", r.TrainSeconds, r.SuggestMicros)
	for _, p := range r.Curve {
		fmt.Fprintf(s.out, "  after %6d: first %.1f %%, within three %.1f %%\n", p.Examples, p.Accuracy*100, p.Top3*100)
	}
}
