// Package memnet is a network inside one process, for tests and for the demo.
//
// It guarantees what TCP does: ordered bytes, deadlines, an end of stream after what was written before it, errors of
// the kinds the net package gives; and it never blocks a writer, so that two sides that write at once cannot lock each
// other up. All waiting is on condition variables and timers, so it works in testing/synctest bubbles. Connections
// can be made to fail after an exact number of bytes; see Fault.
//
// It knows net.Conn and net.Listener. It must not know any protocol spoken over them.
package memnet

import (
	"context"
	"io"
	"net"
	"sync"
	"syscall"
	"time"
)

// Addr is an address in a Network, as it was given to Listen or Dial.
type Addr string

// Network returns "memory".
func (a Addr) Network() string { return "memory" }

// String returns the address.
func (a Addr) String() string { return string(a) }

// Network connects dialers with listeners by address. The zero value is an empty network.
type Network struct {
	mu        sync.Mutex
	listeners map[string]*listener
}

// Listen opens a listener on an address such as "imap.school.example:993". The address is taken until the listener is
// closed.
func (n *Network) Listen(address string) (net.Listener, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.listeners[address] != nil {
		return nil, &net.OpError{Op: "listen", Net: "memory", Addr: Addr(address), Err: syscall.EADDRINUSE}
	}
	if n.listeners == nil {
		n.listeners = make(map[string]*listener)
	}
	l := &listener{network: n, addr: Addr(address), accept: make(chan net.Conn), closed: make(chan struct{})}
	n.listeners[address] = l
	return l, nil
}

// Dial connects to the listener on an address, or fails with ECONNREFUSED if there is none. Like a kernel's backlog, it
// returns once the listener's Accept has taken the connection. The network argument is not looked at.
func (n *Network) Dial(ctx context.Context, _, address string) (net.Conn, error) {
	refused := &net.OpError{Op: "dial", Net: "memory", Addr: Addr(address), Err: syscall.ECONNREFUSED}
	n.mu.Lock()
	l := n.listeners[address]
	n.mu.Unlock()
	if l == nil {
		return nil, refused
	}
	here, there := Pipe(Addr("client"), l.addr)
	select {
	case l.accept <- there:
		return here, nil
	case <-l.closed:
		return nil, refused
	case <-ctx.Done():
		return nil, &net.OpError{Op: "dial", Net: "memory", Addr: l.addr, Err: ctx.Err()}
	}
}

type listener struct {
	network *Network
	addr    Addr
	accept  chan net.Conn
	closed  chan struct{}
	once    sync.Once
}

func (l *listener) Accept() (net.Conn, error) {
	select {
	case <-l.closed: // first, so that a closed listener takes nothing more
	default:
		select {
		case c := <-l.accept:
			return c, nil
		case <-l.closed:
		}
	}
	return nil, &net.OpError{Op: "accept", Net: "memory", Addr: l.addr, Err: net.ErrClosed}
}

func (l *listener) Close() error {
	l.once.Do(func() {
		close(l.closed)
		l.network.mu.Lock()
		delete(l.network.listeners, string(l.addr))
		l.network.mu.Unlock()
	})
	return nil
}

func (l *listener) Addr() net.Addr { return l.addr }

// Pipe returns the two ends of a connection between two addresses.
func Pipe(a, b Addr) (net.Conn, net.Conn) {
	ab, ba := newStream(), newStream()
	return &conn{local: a, remote: b, in: ba, out: ab}, &conn{local: b, remote: a, in: ab, out: ba}
}

// conn is one end of a connection: it reads one stream and writes the other.
type conn struct {
	local, remote Addr
	in, out       *stream
}

func (c *conn) Read(b []byte) (int, error) {
	n, err := c.in.read(b)
	return n, c.wrap("read", err)
}

func (c *conn) Write(b []byte) (int, error) {
	n, err := c.out.write(b)
	return n, c.wrap("write", err)
}

// wrap dresses an error as the net package does. The end of a stream stays io.EOF.
func (c *conn) wrap(op string, err error) error {
	if err == nil || err == io.EOF {
		return err
	}
	return &net.OpError{Op: op, Net: "memory", Source: c.local, Addr: c.remote, Err: err}
}

func (c *conn) Close() error {
	c.in.abandon()
	c.out.end()
	return nil
}

// Reset breaks the connection as a TCP reset does: what the other side has not read yet is gone.
func (c *conn) Reset() {
	c.in.fail(syscall.ECONNRESET)
	c.out.fail(syscall.ECONNRESET)
}

func (c *conn) LocalAddr() net.Addr  { return c.local }
func (c *conn) RemoteAddr() net.Addr { return c.remote }

func (c *conn) SetDeadline(t time.Time) error {
	c.in.setReadDeadline(t)
	return c.SetWriteDeadline(t)
}

func (c *conn) SetReadDeadline(t time.Time) error {
	c.in.setReadDeadline(t)
	return nil
}

// SetWriteDeadline only matters if it has passed, for writing never waits.
func (c *conn) SetWriteDeadline(t time.Time) error {
	c.out.setWriteDeadline(t)
	return nil
}
