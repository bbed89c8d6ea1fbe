package control

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// serve answers in a directory until the test stops it, or ends.
func serve(t *testing.T, dir string, ops Ops) (stop func() error) {
	t.Helper()
	l, err := Listen(dir)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- Serve(ctx, l, ops) }()
	over := false
	stop = func() error {
		if over {
			return nil
		}
		over = true
		cancel()
		return <-ended
	}
	t.Cleanup(func() { stop() })
	return stop
}

// ask gathers an answer's rows.
func ask(dir, op string, args any) (rows []string, err error) {
	err = Ask(context.Background(), dir, op, args, func(row json.RawMessage) error {
		rows = append(rows, string(row))
		return nil
	})
	return rows, err
}

func TestQuestionsAndAnswers(t *testing.T) {
	dir := t.TempDir()
	serve(t, dir, Ops{
		"count": func(_ context.Context, raw json.RawMessage, emit func(any) error) error {
			var to int
			if err := json.Unmarshal(raw, &to); err != nil {
				return err
			}
			for i := range to {
				if err := emit(map[string]int{"n": i}); err != nil {
					return err
				}
			}
			return nil
		},
		"fail": func(_ context.Context, _ json.RawMessage, emit func(any) error) error {
			emit("one row")
			return errors.New("no such request")
		},
		"unprintable": func(_ context.Context, _ json.RawMessage, emit func(any) error) error { return emit(make(chan int)) },
	})
	for _, tt := range []struct {
		op   string
		args any
		rows int
		err  string
	}{
		{"count", 0, 0, ""},
		{"count", 3, 3, ""},
		{"count", 100_000, 100_000, ""},
		{"count", "three", 0, "cannot unmarshal"},
		{"fail", nil, 1, "no such request"},
		{"unprintable", nil, 0, "unsupported type"},
		{"unheard", nil, 0, `the daemon does not know "unheard": is it of another version?`},
		{"count", strings.Repeat("x", maxArgs), 0, "the question is larger than 64 MB"},
		{"count", make(chan int), 0, "unsupported type"},
	} {
		rows, err := ask(dir, tt.op, tt.args)
		if len(rows) != tt.rows || (err == nil) != (tt.err == "") || err != nil && !strings.Contains(err.Error(), tt.err) {
			t.Errorf("%s: %d rows, %v; want %d, %q", tt.op, len(rows), err, tt.rows, tt.err)
		}
	}
	if rows, _ := ask(dir, "count", 2); strings.Join(rows, " ") != `{"n":0} {"n":1}` {
		t.Errorf("rows %q", rows)
	}
	broken := errors.New("the pipe is closed")
	if err := Ask(context.Background(), dir, "count", 1000, func(json.RawMessage) error { return broken }); !errors.Is(err, broken) {
		t.Errorf("whoever reads no further is told %v", err)
	}
}

func TestNobodyListens(t *testing.T) {
	dir := t.TempDir()
	if _, err := ask(dir, "list", nil); !errors.Is(err, ErrNoDaemon) {
		t.Errorf("without a socket: %v", err)
	}
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: filepath.Join(dir, socket), Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	l.SetUnlinkOnClose(false)
	l.Close()
	if _, err := ask(dir, "list", nil); !errors.Is(err, ErrNoDaemon) {
		t.Errorf("with a dead daemon's socket: %v", err)
	}
	stop := serve(t, dir, Ops{"ping": func(context.Context, json.RawMessage, func(any) error) error { return nil }})
	if _, err := ask(dir, "ping", nil); err != nil {
		t.Errorf("over a dead daemon's socket: %v", err)
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
	if _, err := ask(dir, "ping", nil); !errors.Is(err, ErrNoDaemon) {
		t.Errorf("after a clean stop: %v", err)
	}
}

func TestSocketIsItsOwners(t *testing.T) {
	dir := t.TempDir()
	serve(t, dir, Ops{})
	info, err := os.Stat(filepath.Join(dir, socket))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
}

// TestLongPath: the address of a socket holds 108 bytes, a path may be longer.
func TestLongPath(t *testing.T) {
	dir := filepath.Join(t.TempDir(), strings.Repeat("a folder of a long name/", 6))
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	serve(t, dir, Ops{"ping": func(context.Context, json.RawMessage, func(any) error) error { return nil }})
	if _, err := ask(dir, "ping", nil); err != nil {
		t.Error(err)
	}
}

// TestCutShort: half an answer is an error, whoever broke it off.
func TestCutShort(t *testing.T) {
	dir := t.TempDir()
	l, err := Listen(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	done := make(chan struct{})
	go func() {
		defer close(done)
		conn, err := l.Accept()
		if err != nil {
			return
		}
		conn.Read(make([]byte, 4096))
		fmt.Fprint(conn, "HTTP/1.1 200 OK\r\n\r\n{\"row\":1}\n{\"row\":2}\n")
		conn.Close()
	}()
	rows, err := ask(dir, "list", nil)
	<-done
	if len(rows) != 2 || err == nil || !strings.Contains(err.Error(), "cut short") {
		t.Errorf("%d rows, %v", len(rows), err)
	}
}

func TestAskerGone(t *testing.T) {
	dir := t.TempDir()
	begun, ended := make(chan struct{}), make(chan error, 1)
	serve(t, dir, Ops{"wait": func(ctx context.Context, _ json.RawMessage, emit func(any) error) error {
		close(begun)
		<-ctx.Done()
		ended <- ctx.Err()
		return ctx.Err()
	}})
	ctx, cancel := context.WithCancel(context.Background())
	go func() { <-begun; cancel() }()
	if err := Ask(ctx, dir, "wait", nil, func(json.RawMessage) error { return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("the asker is told %v", err)
	}
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("the operation is told %v", err)
	}
}

// TestStop: an answer under way is given to its end, one that takes too long is cut short, and nothing holds a stop up.
func TestStop(t *testing.T) {
	defer func(d time.Duration) { grace = d }(grace)
	type answer struct {
		rows []string
		err  error
	}
	for name, tt := range map[string]struct {
		grace time.Duration
		op    func(ctx context.Context, release <-chan struct{}) error
		whole bool
	}{
		"soon":     {time.Minute, func(_ context.Context, release <-chan struct{}) error { <-release; return nil }, true},
		"late":     {50 * time.Millisecond, func(ctx context.Context, _ <-chan struct{}) error { <-ctx.Done(); return ctx.Err() }, false},
		"heedless": {50 * time.Millisecond, func(_ context.Context, release <-chan struct{}) error { <-release; return nil }, false},
	} {
		t.Run(name, func(t *testing.T) {
			grace = tt.grace
			dir := t.TempDir()
			begun, release := make(chan struct{}), make(chan struct{})
			stop := serve(t, dir, Ops{"slow": func(ctx context.Context, _ json.RawMessage, emit func(any) error) error {
				close(begun)
				if err := tt.op(ctx, release); err != nil {
					return err
				}
				return emit("done")
			}})
			got := make(chan answer, 1)
			go func() { rows, err := ask(dir, "slow", nil); got <- answer{rows, err} }()
			<-begun
			stopped := make(chan error, 1)
			go func() { stopped <- stop() }()
			if tt.whole {
				close(release)
			}
			if err := <-stopped; err != nil {
				t.Errorf("stopped with %v", err)
			}
			if !tt.whole {
				close(release)
			}
			a := <-got
			if whole := a.err == nil && len(a.rows) == 1; whole != tt.whole {
				t.Errorf("answered %q, %v", a.rows, a.err)
			}
		})
	}
}
