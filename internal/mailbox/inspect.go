package mailbox

import (
	"context"
	"crypto/tls"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/emersion/go-imap/v2"
)

// Inspection is what a look at an account found, for somebody who wants to know whether watching it will work.
type Inspection struct {
	Capabilities []string  // sorted
	Expires      time.Time // of the server's certificate; zero without TLS
	Folders      []FolderFound
}

// FolderFound is one of the account's folders that the settings name.
type FolderFound struct {
	Role   string // "watched", "done", "refused", "junk"
	Name   string // as configured
	There  bool
	Mails  uint32
	Rights string // the bot's rights in it (RFC 4314), where the server tells; else ""
}

// Has tells whether the server has a capability such as "IDLE".
func (i Inspection) Has(capability string) bool { return slices.Contains(i.Capabilities, capability) }

// Inspect logs in and looks at the account without changing anything in it. Its error is that of the first step that
// failed: what was found until then stands in the Inspection.
func Inspect(ctx context.Context, s Settings) (found Inspection, err error) {
	if err := s.complete(); err != nil {
		return found, err
	}
	s.TLS = noteExpiry(s.TLS, &found.Expires)
	session, err := (&watcher{Settings: s}).enter(ctx)
	if err != nil {
		return found, err
	}
	defer session.close()
	for c := range session.caps {
		found.Capabilities = append(found.Capabilities, string(c))
	}
	slices.Sort(found.Capabilities)
	style, err := session.namingStyle(ctx)
	if err != nil {
		return found, err
	}
	for _, f := range []FolderFound{
		{Role: "watched", Name: s.Folder}, {Role: "done", Name: s.DoneFolder}, {Role: "refused", Name: s.RefusedFolder},
		{Role: "junk", Name: s.JunkFolder},
	} {
		if f.Name == "" {
			continue
		}
		if err := session.inspectFolder(ctx, &f, style); err != nil {
			return found, err
		}
		found.Folders = append(found.Folders, f)
	}
	return found, nil
}

// noteExpiry makes a TLS configuration that also tells when the server's certificate expires.
func noteExpiry(config *tls.Config, expires *time.Time) *tls.Config {
	config = config.Clone()
	config.VerifyConnection = func(state tls.ConnectionState) error {
		if len(state.PeerCertificates) > 0 {
			*expires = state.PeerCertificates[0].NotAfter
		}
		return nil
	}
	return config
}

func (s *session) inspectFolder(ctx context.Context, f *FolderFound, style naming) error {
	names := style.names(f.Name)
	if f.Role == "watched" || f.Role == "junk" { // these are opened by the name they are given
		names = names[:1]
	}
	for _, name := range names {
		there, err := s.exists(ctx, name)
		if err != nil {
			return err
		}
		if !there {
			continue
		}
		f.There = true
		return s.lookInto(ctx, f, name)
	}
	return nil
}

// lookInto counts a folder's mails, and asks for the rights in it.
func (s *session) lookInto(ctx context.Context, f *FolderFound, name string) error {
	err := s.command(ctx, "STATUS "+name, func() error {
		data, err := s.client.Status(name, &imap.StatusOptions{NumMessages: true}).Wait()
		if err == nil && data.NumMessages != nil {
			f.Mails = *data.NumMessages
		}
		return err
	})
	if err == nil && s.caps.Has(imap.CapACL) {
		err = s.command(ctx, "MYRIGHTS "+name, func() error {
			data, err := s.client.MyRights(name).Wait()
			if err == nil {
				f.Rights = data.Rights.String()
			}
			return err
		})
	}
	if refused(err) {
		return nil // the folder is there all the same
	}
	return err
}

// ErrNotArrived is returned for a mail that did not arrive in time.
var ErrNotArrived = errors.New("the mail did not arrive")

// Arrival is where and when a mail arrived.
type Arrival struct {
	Folder   string
	Received time.Time // INTERNALDATE
}

// Await waits until a mail with a Message-ID (without brackets) lies in one of the account's folders that the settings
// name, or until ctx ends. It takes the mail out of the watched folder, as a watcher would have.
func Await(ctx context.Context, s Settings, messageID string) (Arrival, error) {
	if err := s.complete(); err != nil {
		return Arrival{}, err
	}
	session, err := (&watcher{Settings: s}).connect(ctx)
	if err != nil {
		return Arrival{}, err
	}
	defer session.close()
	for {
		for _, name := range []string{s.Folder, session.done, session.refused, s.JunkFolder} {
			arrival, err := session.find(ctx, name, messageID)
			if err != nil || !arrival.Received.IsZero() {
				return arrival, err
			}
		}
		select {
		case <-ctx.Done():
			return Arrival{}, ErrNotArrived
		case <-time.After(300 * time.Millisecond):
		}
	}
}

// find looks for a mail in a folder; "" is no folder. The zero Arrival means that it is not there.
func (s *session) find(ctx context.Context, name, messageID string) (a Arrival, err error) {
	if name == "" {
		return a, nil
	}
	s.open = "" // look at the folder anew
	v := &view{name: name}
	if err := s.openFolder(ctx, v); err != nil {
		if refused(err) {
			return a, nil
		}
		return a, err
	}
	var uid imap.UID
	err = s.command(ctx, "SEARCH "+name, func() error {
		data, err := s.client.UIDSearch(&imap.SearchCriteria{
			Header: []imap.SearchCriteriaHeaderField{{Key: "Message-ID", Value: messageID}},
		}, nil).Wait()
		if err != nil || len(data.AllUIDs()) == 0 {
			return err
		}
		uid = data.AllUIDs()[0]
		mails, err := s.client.Fetch(imap.UIDSetNum(uid), &imap.FetchOptions{UID: true, InternalDate: true}).Collect()
		if err == nil && len(mails) > 0 {
			a = Arrival{Folder: name, Received: mails[0].InternalDate}
		}
		return err
	})
	if err != nil || a.Received.IsZero() || name != s.Folder || s.done == "" {
		return a, err
	}
	return a, s.command(ctx, "MOVE", func() error {
		if !s.caps.Has(imap.CapMove) {
			return nil // it stays; whoever watches the folder accounts for it
		}
		_, err := s.client.Move(imap.UIDSetNum(uid), s.done).Wait()
		if refused(err) || err != nil && strings.Contains(err.Error(), "EXPUNGEISSUED") {
			return nil // the daemon was faster
		}
		return err
	})
}
