package mailbox

import (
	"context"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// minProgress is how many bytes must arrive within each command timeout for a command to go on.
const minProgress = 4 << 10

// wire is the connection beneath TLS and IMAP. It counts what arrives and leaves deadlines of reading to guards: those of
// go-imap are fixed, so that 25 MB over a slow line would never come through.
type wire struct {
	net.Conn
	received atomic.Int64
}

func (w *wire) Read(b []byte) (int, error) {
	n, err := w.Conn.Read(b)
	w.received.Add(int64(n))
	return n, err
}

// SetReadDeadline does nothing; see wire.
func (w *wire) SetReadDeadline(time.Time) error { return nil }

// SetDeadline sets the deadline of writing only; see wire.
func (w *wire) SetDeadline(t time.Time) error { return w.Conn.SetWriteDeadline(t) }

// guard closes the wire when ctx ends or when a limit passes without minProgress. It holds until release. Closing is the
// one thing that makes every call of go-imap return.
type guard struct {
	wire    *wire
	limit   time.Duration
	stopCtx func() bool

	mu       sync.Mutex
	timer    *time.Timer
	seen     int64 // received when the limit last began
	released bool
	expired  bool
}

func (w *wire) guard(ctx context.Context, limit time.Duration) *guard {
	g := &guard{wire: w, limit: limit, seen: w.received.Load()}
	g.stopCtx = context.AfterFunc(ctx, func() { _ = w.Close() })
	g.mu.Lock()
	defer g.mu.Unlock()
	g.timer = time.AfterFunc(limit, g.tick)
	return g
}

func (g *guard) tick() {
	g.mu.Lock()
	defer g.mu.Unlock()
	received := g.wire.received.Load()
	switch {
	case g.released:
	case received-g.seen >= minProgress:
		g.seen = received
		g.timer.Reset(g.limit)
	default:
		g.expired = true
		_ = g.wire.Close()
	}
}

// release ends the guard and tells whether it closed the wire for want of progress.
func (g *guard) release() (expired bool) {
	g.stopCtx()
	g.mu.Lock()
	defer g.mu.Unlock()
	g.released = true
	g.timer.Stop()
	return g.expired
}
