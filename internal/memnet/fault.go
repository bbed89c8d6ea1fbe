package memnet

import (
	"context"
	"io"
	"net"
	"os"
	"sync"
	"syscall"
	"time"
)

// DialFunc opens a connection, as net.Dialer.DialContext does.
type DialFunc func(ctx context.Context, network, address string) (net.Conn, error)

// Kind is a way in which a connection fails.
type Kind int

// The kinds of faults.
const (
	None     Kind = iota
	Refuse        // the connection is refused
	Stall         // nothing more passes, and nobody says so
	Truncate      // the other side seems to close in an orderly way
	Reset         // the connection breaks with ECONNRESET
)

// String names the kind, as tests print it.
func (k Kind) String() string {
	return [...]string{"none", "refuse", "stall", "truncate", "reset"}[k]
}

// Fault is what happens to a connection after so many bytes that came from the other side, or went to it. From then on
// the connection is dead both ways, as the kind has it.
type Fault struct {
	Kind  Kind
	After int64 // bytes that still pass
	Sent  bool  // count the bytes sent rather than those received
}

// Faulty wraps a dialer so that each connection meets the fault that plan answers for its number, counted from 0.
func Faulty(dial DialFunc, plan func(nth int) Fault) DialFunc {
	var mu sync.Mutex
	count := 0
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		mu.Lock()
		fault := plan(count)
		count++
		mu.Unlock()
		if fault.Kind == Refuse {
			return nil, &net.OpError{Op: "dial", Net: network, Addr: Addr(address), Err: syscall.ECONNREFUSED}
		}
		c, err := dial(ctx, network, address)
		if err != nil || fault.Kind == None {
			return c, err
		}
		return fault.Wrap(c), nil
	}
}

// Wrap returns the connection with the fault laid upon it.
func (f Fault) Wrap(c net.Conn) net.Conn {
	dead := &faulty{Conn: c, fault: f, left: f.After}
	dead.changed.L = &dead.mu
	return dead
}

// faulty is a connection that fails once its fault's count of bytes has passed.
type faulty struct {
	net.Conn
	fault Fault

	mu       sync.Mutex
	changed  sync.Cond
	left     int64 // bytes until the fault
	struck   bool
	closed   bool
	deadline [2]time.Time // of reading and writing: what a stalled connection still keeps
	timers   [2]*time.Timer
}

// The sides of a connection, as indexes.
const (
	reading = iota
	writing
)

func (c *faulty) Read(b []byte) (int, error) {
	for {
		allowed, err := c.allow(len(b), !c.fault.Sent, reading)
		if err != nil {
			return 0, err
		}
		n, err := c.Conn.Read(b[:allowed])
		if struck := c.count(n, !c.fault.Sent); n > 0 || err == nil || !struck {
			return n, err
		}
		// The fault struck while this reader waited: it shows in the way of the fault.
	}
}

func (c *faulty) Write(b []byte) (int, error) {
	done := 0
	for done < len(b) {
		allowed, err := c.allow(len(b)-done, c.fault.Sent, writing)
		if err != nil {
			return done, err
		}
		n, err := c.Conn.Write(b[done : done+allowed])
		done += n
		if struck := c.count(n, c.fault.Sent); err != nil && !struck {
			return done, err
		}
	}
	return done, nil
}

// allow says how many of n bytes may pass, or how the fault shows: after a Stall only once the deadline of that side has
// passed or the connection is closed.
func (c *faulty) allow(n int, counted bool, side int) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.left == 0 {
		c.strike()
	}
	if !c.struck {
		if counted {
			n = int(min(int64(n), c.left))
		}
		return n, nil
	}
	switch {
	case c.fault.Kind == Reset:
		return 0, syscall.ECONNRESET
	case c.fault.Kind == Truncate && side == writing:
		return 0, syscall.EPIPE
	case c.fault.Kind == Truncate:
		return 0, io.EOF
	}
	for !c.closed && !passed(c.deadline[side]) {
		c.changed.Wait()
	}
	if c.closed {
		return 0, net.ErrClosed
	}
	return 0, os.ErrDeadlineExceeded
}

// count takes bytes that passed off those that are left, and tells whether the fault has struck.
func (c *faulty) count(n int, counted bool) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if counted {
		c.left -= int64(n)
	}
	if c.left == 0 {
		c.strike()
	}
	return c.struck
}

// strike makes the fault happen. The other side of a stalled connection hears nothing either; otherwise it sees the end.
func (c *faulty) strike() {
	if c.struck {
		return
	}
	c.struck = true
	inner, canReset := c.Conn.(interface{ Reset() })
	switch {
	case c.fault.Kind == Stall:
		_ = c.Conn.SetReadDeadline(time.Unix(1, 0)) // wakes a reader that waits already; it then waits in allow
	case c.fault.Kind == Reset && canReset:
		inner.Reset()
	default:
		_ = c.Conn.Close()
	}
}

func (c *faulty) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
	for _, t := range c.timers {
		if t != nil {
			t.Stop()
		}
	}
	c.changed.Broadcast()
	return c.Conn.Close()
}

func (c *faulty) SetDeadline(t time.Time) error {
	if err := c.SetReadDeadline(t); err != nil {
		return err
	}
	return c.SetWriteDeadline(t)
}

func (c *faulty) SetReadDeadline(t time.Time) error {
	return c.note(reading, t, c.Conn.SetReadDeadline)
}
func (c *faulty) SetWriteDeadline(t time.Time) error {
	return c.note(writing, t, c.Conn.SetWriteDeadline)
}

// note remembers a deadline and wakes whoever waits on a stalled connection when it passes. The connection beneath is
// told too, unless it has stalled: there, strike's own deadline must hold.
func (c *faulty) note(side int, t time.Time, tell func(time.Time) error) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.timers[side] != nil {
		c.timers[side].Stop()
	}
	c.deadline[side] = t
	if !t.IsZero() && !c.closed {
		c.timers[side] = time.AfterFunc(time.Until(t), func() {
			c.mu.Lock()
			defer c.mu.Unlock()
			c.changed.Broadcast()
		})
	}
	c.changed.Broadcast()
	if c.struck {
		return nil
	}
	return tell(t)
}
