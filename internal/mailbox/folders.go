package mailbox

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/emersion/go-imap/v2"
)

// findFolders finds the done and refused folders, and makes those that are missing. If the server refuses that, mails are
// taken all the same, and stay where they are; making the folder is tried again when something is to be moved.
func (s *session) findFolders(ctx context.Context) error {
	style, err := s.namingStyle(ctx)
	if err != nil {
		return err
	}
	if s.done, err = s.findOrCreate(ctx, s.DoneFolder, style); err != nil {
		return err
	}
	s.refused, err = s.findOrCreate(ctx, s.RefusedFolder, style)
	return err
}

// naming is how a server names personal folders (RFC 2342): "Processed" is INBOX.Processed on some.
type naming struct {
	prefix    string
	separator rune // 0: folders do not nest
}

// names returns the names under which a configured folder may be known, the name to create it by last. People write "/"
// between levels, whatever the server does.
func (n naming) names(configured string) []string {
	nested := configured
	if n.separator != 0 && n.separator != '/' {
		nested = strings.ReplaceAll(configured, "/", string(n.separator))
	}
	names := []string{configured, nested}
	if !strings.HasPrefix(nested, n.prefix) {
		names = append(names, n.prefix+nested)
	}
	return slices.Compact(names)
}

func (s *session) namingStyle(ctx context.Context) (naming, error) {
	var style naming
	err := s.command(ctx, "NAMESPACE", func() error {
		if s.caps.Has(imap.CapNamespace) {
			data, err := s.client.Namespace().Wait()
			if err == nil && len(data.Personal) > 0 {
				style = naming{data.Personal[0].Prefix, data.Personal[0].Delim}
				return nil
			} else if err != nil && !refused(err) {
				return err
			}
		}
		found, err := s.client.List("", "", nil).Collect() // asks for the separator only (RFC 3501, section 6.3.8)
		if err == nil && len(found) > 0 {
			style.separator = found[0].Delim
		}
		if refused(err) {
			return nil
		}
		return err
	})
	return style, err
}

// findOrCreate returns the name of a configured folder on the server; "" stays "".
func (s *session) findOrCreate(ctx context.Context, configured string, style naming) (string, error) {
	if configured == "" {
		return "", nil
	}
	names := style.names(configured)
	for _, name := range names {
		there, err := s.exists(ctx, name)
		if there || err != nil {
			return name, err
		}
	}
	name := names[len(names)-1]
	err := s.create(ctx, name)
	if refused(err) {
		s.Log.Warn("a folder is missing", "mailbox", s.Name, "folder", configured, "error", err)
		return name, nil
	}
	return name, err
}

// exists tells whether there is a folder of exactly this name that can hold mails.
func (s *session) exists(ctx context.Context, name string) (there bool, err error) {
	err = s.command(ctx, "LIST "+name, func() error {
		found, err := s.client.List("", name, nil).Collect()
		if refused(err) {
			return nil // some servers refuse names that cannot be, such as one with a wrong separator
		}
		for _, f := range found {
			usable := !slices.Contains(f.Attrs, imap.MailboxAttrNoSelect) && !slices.Contains(f.Attrs, imap.MailboxAttrNonExistent)
			there = there || f.Mailbox == name && usable
		}
		return err
	})
	return there, err
}

// create makes a folder and subscribes to it, so that mail programs show it.
func (s *session) create(ctx context.Context, name string) error {
	err := s.command(ctx, "CREATE "+name, func() error {
		if err := s.client.Create(name, nil).Wait(); err != nil && !refusedWith(err, imap.ResponseCodeAlreadyExists) {
			return err
		}
		if err := s.client.Subscribe(name).Wait(); err != nil && !refused(err) {
			return err
		}
		return nil
	})
	if refused(err) {
		return fmt.Errorf("%w; make the folder by hand, or name another one", err)
	}
	if err == nil {
		s.Log.Info("made a folder", "mailbox", s.Name, "folder", name)
	}
	return err
}

// openFolder selects a view's folder unless it is open. What the session knew of it is void under a new UIDVALIDITY.
func (s *session) openFolder(ctx context.Context, v *view) error {
	if s.open == v.name {
		return nil
	}
	var selected *imap.SelectData
	s.open = "" // a refused SELECT leaves nothing selected (RFC 3501, section 6.3.1)
	err := s.command(ctx, "SELECT "+v.name, func() (err error) {
		selected, err = s.client.Select(v.name, nil).Wait()
		return err
	})
	if refused(err) {
		return fmt.Errorf("folder %q cannot be opened on %s: %w; check its name", v.name, s.Address, err)
	}
	if err != nil {
		return err
	}
	s.open = v.name
	v.keywords = selected.PermanentFlags
	folder := Folder{Mailbox: s.Name, Name: v.name, UIDValidity: selected.UIDValidity, Next: v.folder.Next, Junk: v.junk, Again: v.again}
	if v.folder == folder {
		return nil
	}
	folder.Next = uint32(selected.UIDNext)
	v.reset(folder)
	if owner, ok := s.owner.(OpenOwner); ok {
		return owner.Opened(ctx, folder)
	}
	return nil
}
