package memnet_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
	"golang.org/x/net/nettest"

	"triaged/internal/memnet"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// pipe connects through a listener, as users do.
func pipe() (c1, c2 net.Conn, stop func(), err error) {
	var n memnet.Network
	l, err := n.Listen("desk:25")
	if err != nil {
		return nil, nil, nil, err
	}
	accepted := make(chan net.Conn, 1)
	go func() {
		c, _ := l.Accept()
		accepted <- c
	}()
	c1, err = n.Dial(context.Background(), "tcp", "desk:25")
	if err != nil {
		return nil, nil, nil, err
	}
	c2 = <-accepted
	return c1, c2, func() { c1.Close(); c2.Close(); l.Close() }, nil
}

func TestConnBehavesAsTheNetPackageDemands(t *testing.T) { nettest.TestConn(t, pipe) }

func TestFaultyConnBehavesUntilTheFault(t *testing.T) {
	nettest.TestConn(t, func() (net.Conn, net.Conn, func(), error) {
		c1, c2, stop, err := pipe()
		if err != nil {
			return nil, nil, nil, err
		}
		return memnet.Fault{Kind: memnet.Stall, After: 1 << 40}.Wrap(c1), c2, stop, nil
	})
}

func TestNobodyListens(t *testing.T) {
	var n memnet.Network
	if _, err := n.Dial(t.Context(), "tcp", "desk:25"); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("dialling nobody gave %v", err)
	}
	l, err := n.Listen("desk:25")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := n.Listen("desk:25"); !errors.Is(err, syscall.EADDRINUSE) {
		t.Errorf("listening twice gave %v", err)
	}
	l.Close()
	if _, err := l.Accept(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("accepting on a closed listener gave %v", err)
	}
	if _, err := n.Dial(t.Context(), "tcp", "desk:25"); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("dialling a closed listener gave %v", err)
	}
	l, err = n.Listen("desk:25")
	if err != nil {
		t.Fatalf("the address of a closed listener is still taken: %v", err)
	}
	l.Close()
}

// Each kind of fault, on bytes received and on bytes sent, lets exactly so many bytes pass and then shows as its kind.
func TestFaults(t *testing.T) {
	shows := map[memnet.Kind][2]error{ // to a reader, to a writer
		memnet.Stall:    {os.ErrDeadlineExceeded, os.ErrDeadlineExceeded},
		memnet.Truncate: {io.EOF, syscall.EPIPE},
		memnet.Reset:    {syscall.ECONNRESET, syscall.ECONNRESET},
	}
	for kind, want := range shows {
		for _, after := range []int64{0, 1, 5, 9} {
			t.Run(fmt.Sprintf("%v after %d received", kind, after), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) { testReceived(t, kind, after, want[0]) })
			})
			t.Run(fmt.Sprintf("%v after %d sent", kind, after), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) { testSent(t, kind, after, want[1]) })
			})
		}
	}
}

func testReceived(t *testing.T, kind memnet.Kind, after int64, want error) {
	here, there := memnet.Pipe("here", "there")
	c := memnet.Fault{Kind: kind, After: after}.Wrap(here)
	defer there.Close()
	defer c.Close()
	if err := c.SetReadDeadline(time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if _, err := there.Write([]byte("0123456789")); err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	got := make([]byte, 10)
	n, err := io.ReadFull(c, got)
	if errors.Is(err, io.ErrUnexpectedEOF) || n == 0 && err == io.EOF {
		err = io.EOF
	}
	if int64(n) != after || string(got[:n]) != "0123456789"[:after] || !errors.Is(err, want) {
		t.Errorf("%q passed, then %v; want %d bytes, then %v", got[:n], err, after, want)
	}
	if waited := time.Since(start); (kind == memnet.Stall) != (waited == time.Hour) {
		t.Errorf("it took %v", waited)
	}
	synctest.Wait()
}

func testSent(t *testing.T, kind memnet.Kind, after int64, want error) {
	here, there := memnet.Pipe("here", "there")
	c := memnet.Fault{Kind: kind, After: after, Sent: true}.Wrap(here)
	defer there.Close()
	defer c.Close()
	reader := make(chan error) // somebody who waits already meets the fault too
	go func() {
		_, err := c.Read(make([]byte, 1))
		reader <- err
	}()
	synctest.Wait()
	if err := c.SetDeadline(time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	n, err := c.Write([]byte("0123456789"))
	if int64(n) != after || !errors.Is(err, want) {
		t.Errorf("%d bytes passed, then %v; want %d, then %v", n, err, after, want)
	}
	if err := <-reader; err == nil {
		t.Error("a reader met no fault")
	}
	if kind == memnet.Truncate {
		got, err := io.ReadAll(there)
		if string(got) != "0123456789"[:after] || err != nil {
			t.Errorf("the other side got %q, then %v", got, err)
		}
	}
}

func TestFaultyNumbersItsConnections(t *testing.T) {
	c1, c2 := memnet.Pipe("a", "b")
	defer c2.Close()
	dial := func(context.Context, string, string) (net.Conn, error) { return c1, nil }
	faulty := memnet.Faulty(dial, func(nth int) memnet.Fault {
		if nth == 1 {
			return memnet.Fault{}
		}
		return memnet.Fault{Kind: memnet.Refuse}
	})
	for nth := range 3 {
		c, err := faulty(t.Context(), "tcp", "b")
		if refused := errors.Is(err, syscall.ECONNREFUSED); refused != (nth != 1) {
			t.Errorf("connection %d: %v", nth, err)
		}
		if c != nil {
			c.Close()
		}
	}
}
