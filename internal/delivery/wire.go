package delivery

import (
	"errors"
	"net"
	"os"
	"time"
)

// stall is how long a server may be silent, or take nothing, before the connection counts as broken. The answer to the end of
// a mail, for which servers look through it (RFC 5321, section 4.5.3.2.6), has all of a Send's time.
const stall = 50 * time.Second

// wire is the connection beneath TLS and SMTP. Each read and each write has a deadline of its own, in place of go-mail's one
// for the whole connection. It is used by one goroutine at a time.
type wire struct {
	net.Conn
	patient bool // the end of a mail was sent: no read has a deadline
}

func (w *wire) Read(b []byte) (int, error) {
	until := time.Now().Add(stall)
	if w.patient {
		until = time.Time{}
	}
	if err := w.Conn.SetReadDeadline(until); err != nil {
		return 0, err
	}
	n, err := w.Conn.Read(b)
	return n, w.broken(err)
}

func (w *wire) Write(b []byte) (int, error) {
	if err := w.Conn.SetWriteDeadline(time.Now().Add(stall)); err != nil {
		return 0, err
	}
	n, err := w.Conn.Write(b)
	return n, w.broken(err)
}

// broken closes a connection that stalls: go-mail goes on to try HELO where EHLO had no answer.
func (w *wire) broken(err error) error {
	if errors.Is(err, os.ErrDeadlineExceeded) {
		_ = w.Close()
	}
	return err
}

// SetDeadline does nothing; see wire. Nor do the two others.
func (w *wire) SetDeadline(time.Time) error { return nil }

// SetReadDeadline does nothing; see wire.
func (w *wire) SetReadDeadline(time.Time) error { return nil }

// SetWriteDeadline does nothing; see wire.
func (w *wire) SetWriteDeadline(time.Time) error { return nil }
