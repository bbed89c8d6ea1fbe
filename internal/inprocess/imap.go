// Package inprocess is an IMAP, an SMTP and an authorization server inside one process, for the demo and for tests.
//
// It guarantees real servers as far as their protocols go: any mail program can log in, read, move, wait with IDLE and
// send. Mails live in memory only. Refusals can be scripted, command by command; what happens on the wire below
// (stalls, cut connections) is package memnet's.
//
// It knows servers of IMAP, SMTP and OAuth 2.0. It must not know the bot, nor what a mail means.
package inprocess

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"slices"
	"strings"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"
	"github.com/emersion/go-sasl"

	"triaged/internal/memnet"
)

// IMAPOptions say how an IMAP server behaves. The zero value is a server that does everything.
type IMAPOptions struct {
	TLS *tls.Config // offers STARTTLS; for implicit TLS, serve a tls.Listener. Logging in without TLS works too.

	// Caps are the capabilities to list; nil: IMAP4rev1 with MOVE, UIDPLUS, NAMESPACE, SPECIAL-USE and others. IDLE is
	// always there.
	Caps imap.CapSet

	Token TokenLogin // beside passwords

	// Refuse is asked before each command; an *imap.Error is the reply. nil: nothing is refused. It is called from
	// several goroutines.
	Refuse func(IMAPCommand) error
}

// IMAPCommand is a command that a client has sent, as far as Refuse may want to know it.
type IMAPCommand struct {
	User   string
	Name   string      // LOGIN, SELECT, CREATE, FETCH, MOVE, COPY, STORE or EXPUNGE
	Folder string      // of SELECT and CREATE, and where MOVE and COPY go
	Mails  imap.NumSet // of FETCH, MOVE, COPY and STORE
}

// Stored is a mail in a folder.
type Stored struct {
	UID      uint32
	Received time.Time // INTERNALDATE
	Flags    []imap.Flag
	Raw      []byte
}

// IMAP is an IMAP server. Its methods may be called from several goroutines.
type IMAP struct {
	options IMAPOptions
	users   map[string]*account
	server  *imapserver.Server
}

type account struct {
	*imapmemserver.User
	password string
}

const backDoor = "back door:143"

// NewIMAP returns a server with users, a map of name to password, each with an INBOX. It serves nobody until Serve.
func NewIMAP(options IMAPOptions, users map[string]string) *IMAP {
	s := &IMAP{options: options, users: make(map[string]*account)}
	for name, password := range users {
		s.users[name] = &account{imapmemserver.NewUser(name, password), password}
		s.must(s.users[name].Create("INBOX", nil))
	}
	caps := options.Caps
	if caps == nil {
		caps = imap.CapSet{imap.CapIMAP4rev1: {}, imap.CapIdle: {}, imap.CapMove: {}, imap.CapUIDPlus: {},
			imap.CapNamespace: {}, imap.CapListExtended: {}, imap.CapListStatus: {}, imap.CapSpecialUse: {},
			imap.CapESearch: {}, imap.CapChildren: {}}
	}
	s.server = imapserver.New(&imapserver.Options{
		NewSession: func(*imapserver.Conn) (imapserver.Session, *imapserver.GreetingData, error) {
			return &imapSession{server: s}, nil, nil
		},
		Caps:         caps,
		TLSConfig:    options.TLS,
		InsecureAuth: true,
		Logger:       log.New(io.Discard, "", 0), // a client that goes away is no news
	})
	return s
}

// Serve takes connections from the listener until Close. A listener may be added while another is served.
func (s *IMAP) Serve(l net.Listener) error { return s.server.Serve(deafListener{l}) }

// Close ends all connections and listeners.
func (s *IMAP) Close() error { return s.server.Close() }

// Create makes a folder.
func (s *IMAP) Create(user, folder string) error {
	a, err := s.account(user)
	if err != nil {
		return err
	}
	return a.Create(folder, nil)
}

// Append puts a mail into a folder as received at a time, and returns its UID.
func (s *IMAP) Append(user, folder string, received time.Time, raw []byte) (uint32, error) {
	a, err := s.account(user)
	if err != nil {
		return 0, err
	}
	data, err := a.Append(folder, literal{strings.NewReader(string(raw))}, &imap.AppendOptions{Time: received})
	if err != nil {
		return 0, fmt.Errorf("put a mail into %s of %s: %w", folder, user, err)
	}
	return uint32(data.UID), nil
}

// Mails returns what is in a folder, in order.
func (s *IMAP) Mails(user, folder string) (mails []Stored, err error) {
	err = s.visit(user, func(c *imapclient.Client) error {
		selected, err := c.Select(folder, &imap.SelectOptions{ReadOnly: true}).Wait()
		if err != nil || selected.NumMessages == 0 {
			return err
		}
		whole := &imap.FetchItemBodySection{Peek: true}
		all := imap.SeqSet{}
		all.AddRange(1, 0)
		found, err := c.Fetch(all, &imap.FetchOptions{UID: true, InternalDate: true, Flags: true,
			BodySection: []*imap.FetchItemBodySection{whole}}).Collect()
		for _, f := range found {
			mails = append(mails, Stored{uint32(f.UID), f.InternalDate, f.Flags, f.FindBodySection(whole)})
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read %s of %s: %w", folder, user, err)
	}
	return mails, nil
}

// Renumber gives a folder a new UIDVALIDITY and its mails new UIDs, as a server does after its index was lost.
// Connections that have it open go on seeing the old one.
func (s *IMAP) Renumber(user, folder string) error {
	mails, err := s.Mails(user, folder)
	if err != nil {
		return err
	}
	a := s.users[user]
	if err := a.Delete(folder); err != nil {
		return err
	}
	if err := a.Create(folder, nil); err != nil {
		return err
	}
	for _, m := range mails {
		if _, err := s.Append(user, folder, m.Received, m.Raw); err != nil {
			return err
		}
	}
	return nil
}

// visit logs in over a connection of its own, past Refuse.
func (s *IMAP) visit(user string, do func(*imapclient.Client) error) error {
	a, err := s.account(user)
	if err != nil {
		return err
	}
	here, there := memnet.Pipe("visitor", backDoor)
	visitors := imapserver.New(&imapserver.Options{
		NewSession: func(*imapserver.Conn) (imapserver.Session, *imapserver.GreetingData, error) {
			return imapmemserver.NewUserSession(a.User), &imapserver.GreetingData{PreAuth: true}, nil
		},
		InsecureAuth: true,
		Logger:       log.New(io.Discard, "", 0),
	})
	l := &once{conn: make(chan net.Conn, 1)}
	l.conn <- there
	close(l.conn)
	if err := visitors.Serve(l); err != nil {
		return err
	}
	c := imapclient.New(here, nil)
	defer c.Close()
	if err := c.WaitGreeting(); err != nil {
		return err
	}
	return do(c)
}

func (s *IMAP) account(user string) (*account, error) {
	if a := s.users[user]; a != nil {
		return a, nil
	}
	return nil, fmt.Errorf("the IMAP server has no user %q", user)
}

// must states that an error cannot happen with the arguments given.
func (s *IMAP) must(err error) {
	if err != nil {
		panic(err)
	}
}

// deafListener hands out connections that do not tell of failed writes. imapserver would keep a lock for ever when a FETCH
// cannot be written to its end, and a goroutine that waits for a lock stops the time of a testing/synctest bubble. That the
// client has gone it learns from reading.
type deafListener struct{ net.Listener }

func (l deafListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if _, encrypted := c.(*tls.Conn); err != nil || encrypted { // imapserver must see that it is encrypted
		return c, err
	}
	return deafConn{c}, nil
}

type deafConn struct{ net.Conn }

func (c deafConn) Write(b []byte) (int, error) {
	_, _ = c.Conn.Write(b)
	return len(b), nil
}

// once is a listener that has one connection to give.
type once struct{ conn chan net.Conn }

func (l *once) Accept() (net.Conn, error) {
	if c, ok := <-l.conn; ok {
		return c, nil
	}
	return nil, net.ErrClosed
}
func (l *once) Close() error   { return nil }
func (l *once) Addr() net.Addr { return memnet.Addr(backDoor) }

// literal is a mail to append.
type literal struct{ *strings.Reader }

// Size returns how many bytes there are.
func (l literal) Size() int64 { return l.Reader.Size() }

// imapSession is one client's session, with Refuse in front of the in-memory server's own.
type imapSession struct {
	*imapmemserver.UserSession // nil until login
	server                     *IMAP
	user                       string
}

func (s *imapSession) refuse(c IMAPCommand) error {
	if s.server.options.Refuse == nil {
		return nil
	}
	c.User = s.user
	return s.server.options.Refuse(c)
}

func (s *imapSession) Login(user, password string) error {
	return s.enter(user, func(a *account) error { return a.Login(user, password) })
}

// enter opens a user's session, if what the client has shown is enough.
func (s *imapSession) enter(user string, prove func(*account) error) error {
	s.user = user
	if err := s.refuse(IMAPCommand{Name: "LOGIN"}); err != nil {
		return err
	}
	a := s.server.users[user]
	if a == nil {
		return imapserver.ErrAuthFailed
	}
	if err := prove(a); err != nil {
		return err
	}
	s.UserSession = imapmemserver.NewUserSession(a.User)
	return nil
}

// AuthenticateMechanisms lists what to log in with besides LOGIN.
func (s *imapSession) AuthenticateMechanisms() []string {
	return append([]string{sasl.Plain}, s.server.options.Token.mechanisms()...)
}

// Authenticate starts a login.
func (s *imapSession) Authenticate(mechanism string) (sasl.Server, error) {
	var server sasl.Server
	if mechanism == sasl.Plain {
		server = sasl.NewPlainServer(func(_, user, password string) error { return s.Login(user, password) })
	} else {
		server = s.server.options.Token.server(mechanism, func(user string) error {
			return s.enter(user, func(*account) error { return nil })
		})
	}
	if server == nil {
		return nil, &imap.Error{Type: imap.StatusResponseTypeNo, Text: "no such mechanism"}
	}
	return refusing{server}, nil
}

// refusing makes the errors of a mechanism the server's NO.
type refusing struct{ sasl.Server }

func (r refusing) Next(response []byte) (challenge []byte, done bool, err error) {
	challenge, done, err = r.Server.Next(response)
	if err != nil && !errors.As(err, new(*imap.Error)) {
		err = imapserver.ErrAuthFailed
	}
	return challenge, done, err
}

func (s *imapSession) Select(folder string, o *imap.SelectOptions) (*imap.SelectData, error) {
	if err := s.refuse(IMAPCommand{Name: "SELECT", Folder: folder}); err != nil {
		return nil, err
	}
	return s.UserSession.Select(folder, o)
}

// Idle tells first what came since the last command, as RFC 2177 has it and real servers do. The in-memory server's own
// tells only what comes while it lasts, so that a mail between a command and IDLE would go unnoticed.
func (s *imapSession) Idle(w *imapserver.UpdateWriter, stop <-chan struct{}) error {
	if err := s.UserSession.Poll(w, true); err != nil {
		return err
	}
	return s.UserSession.Idle(w, stop)
}

func (s *imapSession) Create(folder string, o *imap.CreateOptions) error {
	if err := s.refuse(IMAPCommand{Name: "CREATE", Folder: folder}); err != nil {
		return err
	}
	return s.UserSession.Create(folder, o)
}

func (s *imapSession) Fetch(w *imapserver.FetchWriter, mails imap.NumSet, o *imap.FetchOptions) error {
	if err := s.refuse(IMAPCommand{Name: "FETCH", Mails: mails}); err != nil {
		return err
	}
	return s.UserSession.Fetch(w, mails, o)
}

func (s *imapSession) Move(w *imapserver.MoveWriter, mails imap.NumSet, folder string) error {
	if err := s.refuse(IMAPCommand{Name: "MOVE", Folder: folder, Mails: mails}); err != nil {
		return err
	}
	return s.UserSession.Move(w, mails, folder)
}

func (s *imapSession) Copy(mails imap.NumSet, folder string) (*imap.CopyData, error) {
	if err := s.refuse(IMAPCommand{Name: "COPY", Folder: folder, Mails: mails}); err != nil {
		return nil, err
	}
	return s.UserSession.Copy(mails, folder)
}

func (s *imapSession) Store(w *imapserver.FetchWriter, mails imap.NumSet, f *imap.StoreFlags, o *imap.StoreOptions) error {
	if err := s.refuse(IMAPCommand{Name: "STORE", Mails: mails}); err != nil {
		return err
	}
	return s.UserSession.Store(w, mails, f, o)
}

func (s *imapSession) Expunge(w *imapserver.ExpungeWriter, uids *imap.UIDSet) error {
	c := IMAPCommand{Name: "EXPUNGE"}
	if uids != nil {
		c.Mails = slices.Clone(*uids)
	}
	if err := s.refuse(c); err != nil {
		return err
	}
	return s.UserSession.Expunge(w, uids)
}
