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
	return "Without files, the desk's own history is gone through in the order in which people decided: each request is tried before its\n" +
		"code is learned, and what came of it is shown for each twentieth of the history. \"Without learning\" is what the built-in\n" +
		"knowledge of the chart and the lexicon would have done alone. With files, that knowledge takes part if every label is a\n" +
		"code of the chart.\n" +
		"accuracy: the first suggestion was right. top3: one of three was. macro_f1: the mean of each label's F1, from 0 to 1, in\n" +
		"which rare labels count as much as frequent ones. calibration_error: how far confidence is from how often it was right,\n" +
		"over fifteen bins; at .05, suggestions of 70 % are right in 65 to 75 of a hundred.\n\n" +
		"With --json: train, test (rows), known (the built-in knowledge took part), accuracy, macro_f1, top3, calibration_error,\n" +
		"train_seconds, suggest_micros (a mail), confused [{suggested, right, times}], the most frequent mistakes; without files also\n" +
		"curve [{examples, accuracy, top3}], without_learning {accuracy, top3}, left_out (requests of codes that the chart lacks)."
}

func (l *evaluateCommand) Run(ctx context.Context, c *commands, s streams) error {
	if (l.Train == "") != (l.Test == "") {
		return usageError{fmt.Errorf("--train and --test go together; without both, the store's own history is tried")}
	}
	if l.Train == "" {
		return rows(ctx, c, s, "evaluate", bot.Args{}, func(r bot.EvaluationRow) { printHistory(s, r) })
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
	fmt.Fprintf(s.out, "learned %d rows, tried %d%s\n", r.Train, r.Test, builtInToo(r))
	printReport(s, r)
	return nil
}

func builtInToo(r suggest.Report) string {
	if r.Known {
		return ", with the built-in knowledge of the chart and the lexicon"
	}
	return ", without the built-in knowledge: not every label is a code of the chart"
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

func printHistory(s streams, r bot.EvaluationRow) {
	if r.LeftOut > 0 {
		fmt.Fprintf(s.out, "%d requests are left out: the chart does not have their codes\n", r.LeftOut)
	}
	if r.Test == 0 {
		fmt.Fprintln(s.out, "nothing to try: nobody has categorized a request yet")
		return
	}
	fmt.Fprintf(s.out, "%d requests, each tried before its code was learned\n", r.Test)
	printReport(s, r.Report)
	from := 1
	for _, p := range r.Curve {
		fmt.Fprintf(s.out, "  of requests %6d to %6d: first %5.1f %%, within three %5.1f %%\n", from, p.Examples, p.Accuracy*100, p.Top3*100)
		from = p.Examples + 1
	}
}

func printReport(s streams, r suggest.Report) {
	fmt.Fprintf(s.out, "right first %.1f %%, within three %.1f %%, macro-F1 %.3f, calibration error %.3f\n", r.Accuracy*100, r.Top3*100, r.MacroF1, r.CalibrationError)
	if p := r.Unlearned; p != nil {
		fmt.Fprintf(s.out, "without learning %.1f %%, within three %.1f %%\n", p.Accuracy*100, p.Top3*100)
	}
	fmt.Fprintf(s.out, "learning took %.2f s, a suggestion %.0f µs\n", r.TrainSeconds, r.SuggestMicros)
	for i, c := range r.Confused {
		say := "              "
		if i == 0 {
			say = "most often it "
		}
		fmt.Fprintf(s.out, "%ssaid %s where %s was right: %d times\n", say, c.Suggested, c.Right, c.Times)
	}
}
