// Package control lets the subcommands ask the running daemon, over a socket in the data directory.
//
// It guarantees that only the socket's owner can speak to the daemon, that an answer cut short is an error, never taken
// for the whole, and that a daemon that is to stop ends its answers within seconds. A question is an operation's name with
// arguments; the answer is a row at a time. Whether an error is a mistake of whoever asked comes with it.
//
// It knows how to carry questions and answers. It must not know what they mean: the operations are the desk's.
package control

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"
)

// Op answers one kind of question: it calls emit for each row.
type Op func(ctx context.Context, args json.RawMessage, emit func(row any) error) error

// Ops are the operations by name.
type Ops map[string]Op

// Urgent marks rows that whoever asked must see at once, because the operation goes on while it acts on them.
type Urgent interface{ Urgent() }

// Mistake is an error of whoever asks rather than of what was asked for: the question cannot be meant so.
type Mistake struct{ error }

// Mistaken makes a Mistake, as fmt.Errorf makes an error.
func Mistaken(format string, args ...any) error { return Mistake{fmt.Errorf(format, args...)} }

// ErrNoDaemon is returned when nobody listens in the data directory.
var ErrNoDaemon = errors.New("no daemon is running")

const socket = "control.sock"

// maxArgs bounds a question: a mail of 30 MiB, in base64, fits.
const maxArgs = 64 << 20

// line is one line of an answer; the last one has End set.
type line struct {
	Row     json.RawMessage `json:"row,omitempty"`
	End     bool            `json:"end,omitempty"`
	Error   string          `json:"error,omitempty"`
	Mistake bool            `json:"mistake,omitempty"` // the error is one
}

// Listen opens the socket in a data directory. A socket that a dead daemon left behind is replaced; the caller must
// hold the directory's lock.
func Listen(dir string) (net.Listener, error) {
	path, done, err := reach(dir)
	if err != nil {
		return nil, err
	}
	defer done()
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("cannot replace the control socket: %w", err)
	}
	// The socket must never be open to others, not even between its creation and a chmod.
	old := syscall.Umask(0o177)
	l, err := net.Listen("unix", path)
	syscall.Umask(old)
	if err != nil {
		return nil, fmt.Errorf("cannot open the control socket: %w", err)
	}
	return l, nil
}

// reach gives a path to the socket that is short enough for a socket address (108 bytes on Linux), whatever the
// directory's own path is.
func reach(dir string) (path string, done func(), err error) {
	path = filepath.Join(dir, socket)
	if len(path) < 100 {
		return path, func() {}, nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return "", nil, err
	}
	return fmt.Sprintf("/proc/self/fd/%d/%s", d.Fd(), socket), func() { d.Close() }, nil
}

// grace is how long answers under way may take once the daemon is to stop.
var grace = 3 * time.Second

// Serve answers questions until ctx ends. Answers that are under way then come to their end, or are cut short after a few
// seconds, which those who asked are told. No operation is begun after that; one that does not heed its context may still
// run when Serve returns.
func Serve(ctx context.Context, l net.Listener, ops Ops) error {
	answering, cut := context.WithCancel(context.WithoutCancel(ctx))
	defer cut()
	var under underWay
	mux := http.NewServeMux()
	for name, op := range ops {
		mux.HandleFunc("POST /"+name, func(w http.ResponseWriter, r *http.Request) {
			if !under.begin() {
				http.Error(w, "stopping", http.StatusServiceUnavailable)
				return
			}
			defer under.all.Done()
			answer(w, r, op)
		})
	}
	server := &http.Server{
		Handler: mux, ReadHeaderTimeout: 10 * time.Second,
		BaseContext: func(net.Listener) context.Context { return answering },
	}
	stopped := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(stopped)
		l.Close()
		if !under.end(grace) {
			cut()
			under.end(grace)
		}
		flush, done := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer done()
		server.Shutdown(flush) // an answer that has ended may not be on its way yet
		server.Close()
	})
	err := server.Serve(l)
	if !stop() {
		<-stopped
		return nil
	}
	return fmt.Errorf("control socket: %w", err)
}

// underWay counts the answers under way.
type underWay struct {
	mu   sync.Mutex
	over bool
	all  sync.WaitGroup
}

// begin counts an answer, unless it is too late for one.
func (u *underWay) begin() bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	if !u.over {
		u.all.Add(1)
	}
	return !u.over
}

// end lets none begin any more, and tells whether all ended within a time.
func (u *underWay) end(within time.Duration) bool {
	u.mu.Lock()
	u.over = true
	u.mu.Unlock()
	ended := make(chan struct{})
	go func() { u.all.Wait(); close(ended) }()
	select {
	case <-ended:
		return true
	case <-time.After(within):
		return false
	}
}

func answer(w http.ResponseWriter, r *http.Request, op Op) {
	args, err := io.ReadAll(io.LimitReader(r.Body, maxArgs+1))
	if len(args) > maxArgs {
		err = fmt.Errorf("the question is larger than %d MB", maxArgs>>20)
	}
	out := json.NewEncoder(w)
	if err == nil {
		err = op(r.Context(), args, func(row any) error {
			b, err := json.Marshal(row)
			if err != nil {
				return err
			}
			if err := out.Encode(line{Row: b}); err != nil {
				return err
			}
			if _, urgent := row.(Urgent); urgent {
				return http.NewResponseController(w).Flush()
			}
			return nil
		})
	}
	end := line{End: true}
	if err != nil {
		end.Error, end.Mistake = err.Error(), errors.As(err, new(Mistake))
	}
	out.Encode(end)
}

// Ask puts a question to the daemon of a data directory and hands each row of the answer to each. It returns
// ErrNoDaemon where nobody listens.
func Ask(ctx context.Context, dir, op string, args any, each func(json.RawMessage) error) error {
	body, err := json.Marshal(args)
	if err != nil {
		return err
	}
	client := &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		path, done, err := reach(dir)
		if err != nil {
			return nil, err
		}
		defer done()
		return new(net.Dialer).DialContext(ctx, "unix", path)
	}}}
	defer client.CloseIdleConnections()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://daemon/"+op, bytes.NewReader(body))
	if err != nil {
		return err
	}
	response, err := client.Do(request)
	switch {
	case errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ECONNREFUSED):
		return ErrNoDaemon
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("the daemon's socket belongs to somebody else: run as the user who runs the daemon")
	case err != nil:
		return fmt.Errorf("cannot ask the daemon: %w", err)
	}
	defer response.Body.Close()
	switch response.StatusCode {
	case http.StatusOK:
	case http.StatusServiceUnavailable:
		return errors.New("the daemon is stopping: ask again in a moment")
	default:
		return fmt.Errorf("the daemon does not know %q: is it of another version?", op)
	}
	return rows(response.Body, each)
}

func rows(r io.Reader, each func(json.RawMessage) error) error {
	in := json.NewDecoder(bufio.NewReaderSize(r, 64<<10))
	for {
		var l line
		if err := in.Decode(&l); err != nil {
			return fmt.Errorf("the daemon's answer was cut short: %w", err)
		}
		switch {
		case l.Mistake:
			return Mistaken("%s", l.Error)
		case l.Error != "":
			return errors.New(l.Error)
		case l.End:
			return nil
		}
		if err := each(l.Row); err != nil {
			return err
		}
	}
}
