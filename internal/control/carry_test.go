package control

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestMistakes: who asked learns whether an error is a mistake of theirs, however it is wrapped, and in the same words.
func TestMistakes(t *testing.T) {
	dir := t.TempDir()
	mistake := Mistaken("%q is not a request number", "foo")
	serve(t, dir, Ops{
		"mistaken": func(context.Context, json.RawMessage, func(any) error) error { return mistake },
		"wrapped": func(context.Context, json.RawMessage, func(any) error) error {
			return fmt.Errorf("in a transaction: %w", mistake)
		},
		"failed": func(context.Context, json.RawMessage, func(any) error) error { return errors.New("there is no SR-9") },
	})
	for op, want := range map[string]struct {
		said    string
		mistake bool
	}{
		"mistaken": {`"foo" is not a request number`, true},
		"wrapped":  {`in a transaction: "foo" is not a request number`, true},
		"failed":   {"there is no SR-9", false},
	} {
		_, err := ask(dir, op, nil)
		if err == nil || err.Error() != want.said || errors.As(err, new(Mistake)) != want.mistake {
			t.Errorf("%s: %v, a mistake: %v", op, err, errors.As(err, new(Mistake)))
		}
	}
}

// urgentRow is one that has to be acted on while the operation goes on.
type urgentRow struct {
	Hold string `json:"hold"`
}

func (urgentRow) Urgent() {}

// TestUrgentRows: the answer to one question waits for the next, which is put when the first row is there.
func TestUrgentRows(t *testing.T) {
	dir := t.TempDir()
	released := make(chan struct{})
	serve(t, dir, Ops{
		"hold": func(ctx context.Context, _ json.RawMessage, emit func(any) error) error {
			if err := emit(urgentRow{"h"}); err != nil {
				return err
			}
			<-released
			return emit("let go")
		},
		"release": func(context.Context, json.RawMessage, func(any) error) error { close(released); return nil },
	})
	var rows []string
	err := Ask(context.Background(), dir, "hold", nil, func(row json.RawMessage) error {
		rows = append(rows, string(row))
		if len(rows) == 1 {
			_, err := ask(dir, "release", nil)
			return err
		}
		return nil
	})
	if err != nil || strings.Join(rows, " ") != `{"hold":"h"} "let go"` {
		t.Errorf("%q, %v", rows, err)
	}
}

// TestManyAsk: answers do not mix.
func TestManyAsk(t *testing.T) {
	dir := t.TempDir()
	serve(t, dir, Ops{"echo": func(_ context.Context, args json.RawMessage, emit func(any) error) error {
		for range 100 {
			if err := emit(args); err != nil {
				return err
			}
		}
		return nil
	}})
	var all sync.WaitGroup
	for i := range 20 {
		all.Go(func() {
			rows, err := ask(dir, "echo", i)
			if want := strings.TrimSpace(strings.Repeat(fmt.Sprintf("%d ", i), 100)); err != nil || strings.Join(rows, " ") != want {
				t.Errorf("%d: %d rows, %v", i, len(rows), err)
			}
		})
	}
	all.Wait()
}

// TestNothingBeginsOnceItStops: an answer under way is waited for, and none begins any more.
func TestNothingBeginsOnceItStops(t *testing.T) {
	var u underWay
	if !u.begin() {
		t.Fatal("nothing can begin")
	}
	if u.end(0) {
		t.Error("it ended while an answer was under way")
	}
	if u.begin() {
		t.Error("an answer began after the end")
	}
	u.all.Done()
	if !u.end(time.Minute) {
		t.Error("it did not end with the last answer")
	}
}

// TestSocketOfNobody: what stands where the socket should be is said, and not taken for a daemon that does not run.
func TestSocketOfNobody(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, socket), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := ask(dir, "list", nil); !errors.Is(err, ErrNoDaemon) {
		t.Errorf("a file is there: %v", err)
	}
	if _, err := ask(filepath.Join(dir, "nowhere"), "list", nil); !errors.Is(err, ErrNoDaemon) {
		t.Errorf("the directory is not there: %v", err)
	}
	if _, err := Listen(filepath.Join(dir, "nowhere")); err == nil {
		t.Error("a socket is opened in a directory that is not there")
	}
}
