package inprocess

import (
	"bytes"
	"crypto/tls"
	"errors"
	"io"
	"log"
	"net"
	"slices"
	"sync"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// ErrDrop is what SMTPOptions.Answer returns to cut the connection without a reply.
var ErrDrop = errors.New("connection dropped")

// SMTPOptions say how an SMTP server behaves. The zero value is a server that takes everything from everybody.
type SMTPOptions struct {
	TLS      *tls.Config       // offers STARTTLS; for implicit TLS, serve a tls.Listener
	Users    map[string]string // name to password; not empty: log in before MAIL, by PLAIN or LOGIN, with or without TLS
	Token    TokenLogin        // beside passwords, or instead of them
	MaxBytes int64             // larger mails are refused; 0: none is
	UTF8     bool              // offers SMTPUTF8

	// Answer is asked at each step; an error of Reply is the server's answer, ErrDrop cuts the connection, nil takes it.
	// It is called from several goroutines.
	Answer func(SMTPStep) error

	// OnMail hears of each mail before the client is told that it was taken; an error of Reply refuses it. It is called
	// from several goroutines.
	OnMail func(Received) error
}

// SMTPStep is a command that a client has sent, as far as Answer may want to know it.
type SMTPStep struct {
	// Command is EHLO, AUTH, MAIL, RCPT, DATA (the mail is there, and not yet taken) or TAKEN (it is taken, and the client
	// does not know yet).
	Command    string
	Address    string // of MAIL and RCPT
	Connection int    // counted from 1, in the order of EHLO or HELO
}

// Received is a mail that the server took, with its envelope.
type Received struct {
	From string // "": the null sender
	To   []string
	Data []byte // with CRLF line ends
	At   time.Time

	Hello      string // what the client called itself
	User       string // who had logged in; "": nobody
	TLS        bool
	UTF8       bool // the client asked for SMTPUTF8
	Connection int  // as in SMTPStep
}

// SMTP is an SMTP server that keeps what it took. Its methods may be called from several goroutines.
type SMTP struct {
	options SMTPOptions
	server  *smtp.Server

	mu          sync.Mutex
	closed      bool
	listeners   []net.Listener
	connections int
	taken       []Received
}

// Reply is an error that an SMTP server answers with, such as Reply(450, "4.2.1", "mailbox busy"). An empty enhanced code
// leaves it out.
func Reply(code int, enhanced, text string) error {
	e := &smtp.SMTPError{Code: code, EnhancedCode: smtp.NoEnhancedCode, Message: text}
	if len(enhanced) == len("5.1.1") { // one digit each is all that scripts need
		e.EnhancedCode = smtp.EnhancedCode{int(enhanced[0] - '0'), int(enhanced[2] - '0'), int(enhanced[4] - '0')}
	}
	return e
}

// NewSMTP returns a server. It serves nobody until Serve.
func NewSMTP(options SMTPOptions) *SMTP {
	s := &SMTP{options: options}
	s.server = smtp.NewServer(smtp.BackendFunc(s.session))
	s.server.Domain = "smtp.school.example"
	s.server.TLSConfig = options.TLS
	s.server.AllowInsecureAuth = true
	s.server.MaxMessageBytes = options.MaxBytes
	s.server.EnableSMTPUTF8 = options.UTF8
	s.server.ErrorLog = log.New(io.Discard, "", 0) // a client that goes away is no news
	return s
}

// Serve takes connections from the listener until Close.
func (s *SMTP) Serve(l net.Listener) error {
	s.mu.Lock()
	closed := s.closed
	s.listeners = append(s.listeners, l)
	s.mu.Unlock()
	if closed {
		return l.Close()
	}
	return s.server.Serve(l)
}

// Close ends all connections and listeners, also those whose Serve has not come far enough for go-smtp to know them.
func (s *SMTP) Close() error {
	s.mu.Lock()
	s.closed = true
	for _, l := range s.listeners {
		_ = l.Close()
	}
	s.mu.Unlock()
	return s.server.Close()
}

// Mails returns what the server took so far, in order.
func (s *SMTP) Mails() []Received {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.taken)
}

func (s *SMTP) session(c *smtp.Conn) (smtp.Session, error) {
	s.mu.Lock()
	s.connections++
	session := &smtpSession{server: s, conn: c, mail: Received{Hello: c.Hostname(), Connection: s.connections}}
	s.mu.Unlock()
	_, session.mail.TLS = c.TLSConnectionState()
	return session, session.answer("EHLO", "")
}

// smtpSession is one client's session. Its mail is the one being received; its first fields last from mail to mail.
type smtpSession struct {
	server *SMTP
	conn   *smtp.Conn
	mail   Received
}

// answer asks the script. A dropped connection cannot be written to any more, so it does not matter what is returned.
func (s *smtpSession) answer(command, address string) error {
	if s.server.options.Answer == nil {
		return nil
	}
	err := s.server.options.Answer(SMTPStep{command, address, s.mail.Connection})
	if errors.Is(err, ErrDrop) {
		_ = s.conn.Conn().Close()
	}
	return err
}

// AuthMechanisms lists what to log in with, if logging in is asked for.
func (s *smtpSession) AuthMechanisms() []string {
	mechanisms := s.server.options.Token.mechanisms()
	if len(s.server.options.Users) > 0 {
		mechanisms = append([]string{sasl.Plain, sasl.Login}, mechanisms...)
	}
	return mechanisms
}

// Auth starts a login.
func (s *smtpSession) Auth(mechanism string) (sasl.Server, error) {
	if err := s.answer("AUTH", ""); err != nil {
		return nil, err
	}
	switch mechanism {
	case sasl.Plain:
		return sasl.NewPlainServer(func(_, user, password string) error { return s.login(user, password) }), nil
	case sasl.Login:
		return &loginServer{login: s.login}, nil
	}
	if server := s.server.options.Token.server(mechanism, func(user string) error { s.mail.User = user; return nil }); server != nil {
		return refusingSMTP{server}, nil
	}
	return nil, smtp.ErrAuthUnknownMechanism
}

// refusingSMTP makes the errors of a mechanism the server's 535.
type refusingSMTP struct{ sasl.Server }

func (r refusingSMTP) Next(response []byte) (challenge []byte, done bool, err error) {
	challenge, done, err = r.Server.Next(response)
	if err != nil && !errors.As(err, new(*smtp.SMTPError)) {
		err = smtp.ErrAuthFailed
	}
	return challenge, done, err
}

func (s *smtpSession) login(user, password string) error {
	if want, known := s.server.options.Users[user]; !known || want != password {
		return smtp.ErrAuthFailed
	}
	s.mail.User = user
	return nil
}

func (s *smtpSession) Mail(from string, o *smtp.MailOptions) error {
	if len(s.AuthMechanisms()) > 0 && s.mail.User == "" {
		return Reply(530, "5.7.0", "Authentication required")
	}
	if err := s.answer("MAIL", from); err != nil {
		return err
	}
	s.mail.From, s.mail.UTF8 = from, o.UTF8
	return nil
}

func (s *smtpSession) Rcpt(to string, _ *smtp.RcptOptions) error {
	if err := s.answer("RCPT", to); err != nil {
		return err
	}
	s.mail.To = append(s.mail.To, to)
	return nil
}

func (s *smtpSession) Data(r io.Reader) error {
	data, err := io.ReadAll(r)
	if err != nil {
		return err // cut short: nothing was taken
	}
	if err := s.answer("DATA", ""); err != nil {
		return err
	}
	mail := s.mail
	mail.Data, mail.At = data, time.Now()
	if s.server.options.OnMail != nil {
		if err := s.server.options.OnMail(mail); err != nil {
			return err
		}
	}
	s.server.mu.Lock()
	s.server.taken = append(s.server.taken, mail)
	s.server.mu.Unlock()
	return s.answer("TAKEN", "")
}

func (s *smtpSession) Reset() { s.mail.From, s.mail.To, s.mail.UTF8 = "", nil, false }

func (s *smtpSession) Logout() error { return nil }

// loginServer is the server's side of AUTH LOGIN, which many clients still prefer.
type loginServer struct {
	login func(user, password string) error
	user  []byte
}

// Next asks for the name, unless the client sent it at once, and for the password.
func (l *loginServer) Next(response []byte) (challenge []byte, done bool, err error) {
	switch {
	case response == nil:
		return []byte("Username:"), false, nil
	case l.user == nil:
		l.user = bytes.Clone(response)
		return []byte("Password:"), false, nil
	}
	return nil, true, l.login(string(l.user), string(response))
}
