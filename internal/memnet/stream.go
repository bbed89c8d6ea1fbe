package memnet

import (
	"io"
	"net"
	"os"
	"sync"
	"syscall"
	"time"
)

// stream carries bytes one way. Its buffer grows as needed: a writer never waits.
type stream struct {
	mu            sync.Mutex
	changed       sync.Cond
	buf           []byte // written and not yet read, from off on
	off           int
	ended         bool  // the writer closed: the reader gets what is left, then the end
	abandoned     bool  // the reader closed: writing gives EPIPE
	broken        error // both sides get this
	readDeadline  time.Time
	writeDeadline time.Time
	timer         *time.Timer // wakes the reader at readDeadline
}

func newStream() *stream {
	s := &stream{}
	s.changed.L = &s.mu
	return s
}

func (s *stream) read(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for {
		switch {
		case s.abandoned:
			return 0, net.ErrClosed
		case s.broken != nil:
			return 0, s.broken
		case passed(s.readDeadline):
			return 0, os.ErrDeadlineExceeded
		case len(b) == 0:
			return 0, nil
		case s.off < len(s.buf):
			n := copy(b, s.buf[s.off:])
			if s.off += n; s.off == len(s.buf) {
				s.buf, s.off = s.buf[:0], 0
			}
			return n, nil
		case s.ended:
			return 0, io.EOF
		}
		s.changed.Wait()
	}
}

func (s *stream) write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.ended:
		return 0, net.ErrClosed
	case s.broken != nil:
		return 0, s.broken
	case s.abandoned:
		return 0, syscall.EPIPE
	case passed(s.writeDeadline):
		return 0, os.ErrDeadlineExceeded
	}
	if s.off > len(s.buf)/2 { // what was read makes room, at a cost in proportion
		s.buf = append(s.buf[:0], s.buf[s.off:]...)
		s.off = 0
	}
	s.buf = append(s.buf, b...)
	s.changed.Broadcast()
	return len(b), nil
}

// end closes the writer's side.
func (s *stream) end() { s.change(func() { s.ended = true }) }

// abandon closes the reader's side.
func (s *stream) abandon() {
	s.change(func() {
		s.abandoned, s.buf, s.off = true, nil, 0
		if s.timer != nil {
			s.timer.Stop()
		}
	})
}

// fail breaks the stream for both sides, unless it is closed already.
func (s *stream) fail(err error) {
	s.change(func() {
		if s.broken == nil {
			s.broken, s.buf, s.off = err, nil, 0
		}
	})
}

func (s *stream) setReadDeadline(t time.Time) {
	s.change(func() {
		if s.readDeadline = t; s.timer != nil {
			s.timer.Stop()
		}
		if !t.IsZero() && !s.abandoned {
			s.timer = time.AfterFunc(time.Until(t), func() { s.change(func() {}) })
		}
	})
}

func (s *stream) setWriteDeadline(t time.Time) { s.change(func() { s.writeDeadline = t }) }

// change does something to the stream and wakes whoever waits on it.
func (s *stream) change(do func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	do()
	s.changed.Broadcast()
}

func passed(t time.Time) bool { return !t.IsZero() && !time.Now().Before(t) }
