package delivery

import (
	"context"
	"crypto/tls"
	"fmt"
	"time"
)

// Inspection is what a look at the server found.
type Inspection struct {
	Expires time.Time // of the server's certificate; zero without TLS
}

// Inspect connects, logs in, and asks whether the server would take a mail, without sending one. Its error is that of the
// first step that failed.
func Inspect(ctx context.Context, s Settings, from, to string) (found Inspection, err error) {
	if err := check(Mail{From: from, To: to}); err != nil {
		return found, err
	}
	s = s.complete()
	s.TLS.VerifyConnection = func(state tls.ConnectionState) error {
		if len(state.PeerCertificates) > 0 {
			found.Expires = state.PeerCertificates[0].NotAfter
		}
		return nil
	}
	c := newClient(s)
	defer c.Close()
	if err := c.Try(ctx); err != nil {
		return found, err
	}
	release := c.link.guard(ctx)
	defer release()
	if err := c.link.smtp.Mail("<" + from + ">"); err != nil {
		return found, fmt.Errorf("%s does not take mail from %s: %w", s.Address, from, err)
	}
	if err := c.link.smtp.Rcpt("<" + to + ">"); err != nil {
		return found, fmt.Errorf("%s does not take mail to %s: %w", s.Address, to, err)
	}
	return found, c.link.smtp.Reset()
}
