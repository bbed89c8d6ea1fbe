package mailbox

import (
	"context"
	"slices"
	"strings"

	"github.com/emersion/go-imap/v2"
)

// moveAtOnce is how many mails one command moves: its line stays within what servers take (RFC 2683, section 3.2.1.5).
const moveAtOnce = 256

// moveAll moves what is accounted for. Moving is idempotent: UIDs that are gone are passed over by the server, and what
// broke half-way comes again through Accounted. What the server refuses to move stays noted for the next look.
func (s *session) moveAll(ctx context.Context, v *view) error {
	for disposition, target := range map[Disposition]string{Done: s.done, Refused: s.refused} {
		uids := v.moves[disposition]
		delete(v.moves, disposition)
		if target == "" || target == v.name {
			continue
		}
		var stuck []uint32
		for some := range slices.Chunk(uids, moveAtOnce) {
			err := s.move(ctx, v, some, disposition, target)
			if err != nil && !refused(err) {
				return err
			}
			if err != nil {
				s.Log.Warn("the server refuses to move mails; they stay where they are for now", "mailbox", s.Name,
					"folder", v.name, "to", target, "mails", len(some), "error", err)
				stuck = append(stuck, some...)
			}
		}
		if len(stuck) > 0 {
			v.moves[disposition] = stuck
		}
	}
	return nil
}

// move moves some mails. A target that somebody has removed meanwhile is made again.
func (s *session) move(ctx context.Context, v *view, uids []uint32, d Disposition, target string) error {
	var set imap.UIDSet
	for _, uid := range uids {
		set.AddNum(imap.UID(uid))
	}
	try := func() error {
		return s.command(ctx, "move mails to "+target, func() error {
			switch {
			case s.caps.Has(imap.CapMove):
				_, err := s.client.Move(set, target).Wait()
				return err
			case s.caps.Has(imap.CapUIDPlus):
				return s.copyAndExpunge(set, target)
			}
			return s.flag(v, set, d)
		})
	}
	err := try()
	if refusedWith(err, imap.ResponseCodeTryCreate, imap.ResponseCodeNonExistent) {
		if err := s.create(ctx, target); err != nil {
			return err
		}
		err = try()
	}
	return err
}

// copyAndExpunge moves mails without MOVE. UID EXPUNGE (RFC 4315) removes these mails only; a plain EXPUNGE would remove
// what people have marked as deleted, so it is never used. A crash in between leaves a second copy in the target at worst.
func (s *session) copyAndExpunge(set imap.UIDSet, target string) error {
	if _, err := s.client.Copy(set, target).Wait(); err != nil {
		return err
	}
	deleted := &imap.StoreFlags{Op: imap.StoreFlagsAdd, Silent: true, Flags: []imap.Flag{imap.FlagDeleted}}
	if err := s.client.Store(set, deleted, nil).Close(); err != nil {
		return err
	}
	return s.client.UIDExpunge(set).Close()
}

// Keywords for mails that cannot be moved, where the server allows keywords. Nothing reads them but people.
const (
	doneKeyword    = imap.Flag("triaged-done")
	refusedKeyword = imap.Flag("triaged-refused")
)

// flag marks mails that stay in the folder because the server can neither move nor expunge single mails.
func (s *session) flag(v *view, set imap.UIDSet, d Disposition) error {
	keyword := doneKeyword
	if d == Refused {
		keyword = refusedKeyword
	}
	allowed := slices.ContainsFunc(v.keywords, func(f imap.Flag) bool {
		return f == imap.FlagWildcard || strings.EqualFold(string(f), string(keyword))
	})
	if !allowed {
		return nil
	}
	err := s.client.Store(set, &imap.StoreFlags{Op: imap.StoreFlagsAdd, Silent: true, Flags: []imap.Flag{keyword}}, nil).Close()
	if refused(err) {
		return nil // a courtesy only
	}
	return err
}
