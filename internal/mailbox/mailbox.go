// Package mailbox watches folders of an IMAP account and hands every mail in them to an owner.
//
// It guarantees that every mail of a watched folder is handed to the owner at least once, whole, until the owner
// accounts for it, and that a mail is marked on the server (moved to another folder) only afterwards. A mail cut short
// by a broken connection is never handed over. One mail that cannot be fetched never stops the next. Every command
// runs under a deadline, and after a lost connection the session starts anew with a capped back-off.
//
// It knows IMAP (RFC 3501, RFC 9051) and the extensions IDLE (RFC 2177), MOVE (RFC 6851), UIDPLUS (RFC 4315) and
// NAMESPACE (RFC 2342), and the habits of servers. It must not know what a mail means, nor what a ledger is: it asks
// its Owner. It never looks at flags such as \Seen and never sets them, so that people may open the mailbox.
package mailbox

import (
	"context"
	"crypto/tls"
	"fmt"
	"log/slog"
	"net"
	"time"
)

// Settings say which account to watch and how. The zero value of a field with a default means that default.
type Settings struct {
	Name     string      // the mailbox's name in the configuration; Folder.Mailbox repeats it
	Address  string      // host:port
	Security string      // "tls", "starttls" or "none"
	TLS      *tls.Config // nil: the system's root certificates; ServerName defaults to the host of Address

	// Login is asked for credentials before each connection, so that tokens can be refreshed. It is called under a command's
	// deadline.
	Login func(context.Context) (Credentials, error)

	Folder        string // watched; default INBOX
	DoneFolder    string // where Done mails go; made if missing; "": they stay
	RefusedFolder string // where Refused mails go; made if missing; "": they stay
	JunkFolder    string // watched too, at each poll; "": none

	// Again has the done and refused folders looked through once too, for mails received since then: after its owner
	// lost what it knew of them. The zero time: not at all.
	Again time.Time

	PollInterval   time.Duration   // longest time between two looks, with IDLE or without; default 1m
	CommandTimeout time.Duration   // a command ends the connection after this long without 4 KiB of progress; default 30s
	MaxSize        int64           // bytes; larger mails are handed over Truncated; default 30 MiB
	ChunkMails     int             // mails handed over in one Accept at most; default 256
	ChunkBytes     int64           // bytes handed over in one Accept at most, unless one mail is larger; default 8 MiB
	Reconnect      []time.Duration // waits after failures, the last one again and again; default 1s, 5s, 30s, 1m

	// Dial opens the connection, without TLS; default net.Dialer.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)

	// Observe hears of each change of the session's state. It must return soon. nil: nobody is told.
	Observe func(Status)

	Log *slog.Logger // nil: discarded
}

// Credentials log in to the server. With a Token, XOAUTH2 or OAUTHBEARER is used, else PLAIN or LOGIN.
type Credentials struct {
	Username, Password, Token string

	// Renew gives another token once the server has refused this one; it is asked once a connection. nil: there is none.
	Renew func(ctx context.Context, refused string) (string, error)
}

// Format prints whose credentials they are, whatever the verb.
func (c Credentials) Format(f fmt.State, _ rune) { fmt.Fprintf(f, "credentials of %q", c.Username) }

// Folder names one incarnation of a folder: UIDs mean something only together with UIDVALIDITY (RFC 3501, section
// 2.3.1.1). When a server assigns a new one, every mail comes again under a new Folder value.
type Folder struct {
	Mailbox     string // Settings.Name
	Name        string // as the server knows it
	UIDValidity uint32
	Next        uint32 // no mail had this UID or a higher one when the folder was opened; 0 if the server did not say
	Junk        bool   // it is the junk folder
	Again       bool   // it holds what was accounted for before; see Settings.Again
}

// Listed is what the server tells of a mail without fetching it.
type Listed struct {
	UID      uint32
	Received time.Time // INTERNALDATE: when the server took the mail
	Size     int64     // RFC822.SIZE in bytes; some servers only estimate it
}

// Mail is one mail as the server holds it.
type Mail struct {
	Listed
	Raw       []byte // whole, or if Truncated the header (256 KiB of it at most) and the first 64 KiB after it
	Truncated bool   // the mail is larger than Settings.MaxSize
}

// Disposition is what the owner says of one mail.
type Disposition int

// The dispositions of a mail.
const (
	Pending Disposition = iota // not accounted for: hand it over, or hand it over again at a later poll
	Done                       // accounted for: move it to the done folder
	Refused                    // accounted for: move it to the refused folder
	Leave                      // accounted for: it stays where it is
)

// Owner takes the mails. Accounted and Accept are called one at a time for each Watch, in the order of the mails' UIDs as
// far as no mail makes trouble. Each answers with one Disposition a mail, in the same order.
//
// An error means that nothing of the call is accounted for. After an error for several mails each is offered alone, so
// that one of them cannot hold up the others. If none is taken then, the session ends and starts anew after a back-off.
type Owner interface {
	// Accounted tells which of the listed mails are accounted for already: a crash between commit and move leaves
	// such mails. They are moved without being fetched. A large folder is asked about in several calls.
	Accounted(context.Context, Folder, []Listed) ([]Disposition, error)

	// Accept takes mails over. It returns only after the commit that accounts for all of them that are not Pending in
	// its answer. The Mails and their bytes are the owner's from then on.
	Accept(context.Context, Folder, []Mail) ([]Disposition, error)
}

// OpenOwner is an Owner that wants to hear of each folder that is opened, before any of its mails is listed. An error ends
// the session; the next one tells it again.
type OpenOwner interface {
	Owner
	Opened(context.Context, Folder) error
}

// TroubleOwner is an Owner that wants to hear of a mail that could not be handed over in several attempts. Trying goes
// on at later polls, with growing distances; each further failure is reported again. Trouble may be called while Accept
// runs.
type TroubleOwner interface {
	Owner
	Trouble(context.Context, Folder, Listed, error)
}

// AgainOwner is an Owner that wants to hear that the folders of Settings.Again were looked through to the end.
type AgainOwner interface {
	Owner
	AgainDone(context.Context) error
}

// Status is the state of a watched account.
type Status struct {
	Mailbox   string    // Settings.Name
	Connected bool      // logged in, and no error since
	Polled    time.Time // when all watched folders were last looked through to the end; zero: not yet
	Waiting   int       // mails of the watched folder that were listed and are not accounted for
	Oldest    time.Time // when the server took the oldest of them; zero if there is none
	Err       error     // why the last session ended; nil after a complete look
	Retry     time.Time // when the next connection is tried; zero while Connected or connecting
}

// Watch hands the account's mails to the owner until ctx ends, and returns ctx's error. It returns another error at once
// if the settings make no sense. Every other trouble is logged, told to Settings.Observe, and tried again.
func Watch(ctx context.Context, s Settings, owner Owner) error {
	if err := s.complete(); err != nil {
		return err
	}
	w := &watcher{Settings: s, owner: owner, troubles: troubles{mails: make(map[troubleKey]*trouble)}}
	return w.run(ctx)
}
