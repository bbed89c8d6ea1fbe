package mailbox

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/emersion/go-imap/v2"
)

// askAbout is how many listed mails the owner is asked about at once.
const askAbout = 5000

// view is what a session knows of one folder.
type view struct {
	name     string
	junk     bool
	again    bool // what was received before Settings.Again is passed over
	missing  bool
	folder   Folder
	keywords []imap.Flag // that may be set on mails

	next     uint32    // mails with lower UIDs were listed by this session
	listedAt time.Time // the last time that all were

	// open are mails that were listed and are not accounted for; moves are accounted for and not moved. Both are tried
	// again at each look.
	open  []Listed
	moves map[Disposition][]uint32
}

// reset forgets everything but the folder's name.
func (v *view) reset(f Folder) {
	v.folder, v.next, v.listedAt, v.open = f, 1, time.Time{}, nil
	v.moves = make(map[Disposition][]uint32)
}

// settle notes what the owner said of mails, and keeps those that are still Pending for the next look.
func (v *view) settle(mails []Listed, said []Disposition) {
	for i, m := range mails {
		switch said[i] {
		case Done, Refused:
			v.moves[said[i]] = append(v.moves[said[i]], m.UID)
		case Leave:
		default:
			v.open = append(v.open, m)
		}
	}
}

// look lists what is new in a folder, hands over what is not accounted for, and moves what is.
func (s *session) look(ctx context.Context, v *view) error {
	if time.Since(v.listedAt) > fullListing {
		s.open = "" // opening it anew tells whether it is still the same
	}
	if err := s.openFolder(ctx, v); err != nil {
		return err
	}
	listed, err := s.list(ctx, v)
	if err != nil {
		return err
	}
	pending, err := s.askOwner(ctx, v, listed)
	if err != nil {
		return err
	}
	s.waiting(v, pending)
	if err := s.moveAll(ctx, v); err != nil {
		return err
	}
	return s.handOver(ctx, v, pending)
}

// list returns the mails that this session has not listed yet, and those that stayed open, in the order of their UIDs.
func (s *session) list(ctx context.Context, v *view) (all []Listed, err error) {
	if time.Since(v.listedAt) > fullListing {
		v.reset(v.folder) // the owner is asked about everything again
		v.listedAt = time.Now()
	}
	all = v.open
	first := v.next
	var found []Listed
	if !v.again || first == 1 { // what comes into such a folder later is what this session moves there
		var set imap.UIDSet
		set.AddRange(imap.UID(first), 0)
		if found, err = s.fetchList(ctx, set); err != nil {
			return nil, err
		}
	}
	for _, m := range found {
		if m.UID < first { // n:* names the last mail even if it is older (RFC 3501, section 6.4.8)
			continue
		}
		v.next = max(v.next, m.UID+1)
		if !v.again || !m.Received.Before(s.Again) {
			all = append(all, m)
		}
	}
	v.open = nil
	slices.SortFunc(all, func(a, b Listed) int { return int(int64(a.UID) - int64(b.UID)) })
	if first == 1 {
		s.forgetTroubles(v.folder, all)
	}
	return all, nil
}

// fetchList asks for what Listed holds. Nothing else is asked for: an ENVELOPE would be buffered at any length.
func (s *session) fetchList(ctx context.Context, set imap.UIDSet) (found []Listed, err error) {
	err = s.command(ctx, "list mails", func() error {
		command := s.client.Fetch(set, &imap.FetchOptions{UID: true, InternalDate: true, RFC822Size: true})
		for row := command.Next(); row != nil; row = command.Next() {
			data, err := row.Collect()
			if err == nil && data.UID != 0 && !data.InternalDate.IsZero() {
				found = append(found, Listed{uint32(data.UID), data.InternalDate, data.RFC822Size})
			}
		}
		return command.Close()
	})
	return found, err
}

// askOwner returns the mails that the owner does not account for; the others are noted to be moved.
func (s *session) askOwner(ctx context.Context, v *view, listed []Listed) ([]Listed, error) {
	for some := range slices.Chunk(listed, askAbout) {
		said, err := s.owner.Accounted(ctx, v.folder, some)
		if err == nil && len(said) != len(some) {
			err = fmt.Errorf("%d answers about %d mails", len(said), len(some))
		}
		if err != nil {
			return nil, fmt.Errorf("look up which mails are accounted for: %w", err)
		}
		v.settle(some, said)
	}
	pending := v.open
	v.open = nil
	return pending, nil
}

// handOver fetches mails and gives them to the owner. While the owner takes one chunk, the next is fetched.
func (s *session) handOver(ctx context.Context, v *view, pending []Listed) error {
	var taking chan taken
	chunks := s.plan(v, pending)
	finish := func(rest []chunk) error { // waits until the owner has answered; the rest is still to come
		if taking == nil {
			return nil
		}
		t := <-taking
		taking = nil
		v.settle(t.mails, t.said)
		s.waiting(v, v.open, rest...)
		return t.err
	}
	for i, chunk := range chunks {
		mails, fetchErr := s.fetch(ctx, v, chunk)
		if err := finish(chunks[i:]); err != nil {
			return err
		}
		if len(mails) > 0 { // what came whole counts, even if the connection broke afterwards
			taking = make(chan taken, 1)
			go func(answer chan<- taken) { answer <- s.offer(ctx, v.folder, mails) }(taking)
		}
		if fetchErr == nil {
			fetchErr = s.moveAll(ctx, v)
		}
		if fetchErr != nil {
			_ = finish(chunks[i+1:]) // the session is over anyway; the next one learns of it from Accounted
			return fetchErr
		}
	}
	if err := finish(nil); err != nil {
		return err
	}
	return s.moveAll(ctx, v)
}

// taken is the owner's answer to some mails.
type taken struct {
	mails []Listed
	said  []Disposition
	err   error // the owner could take none of them
}

// offer gives mails to the owner: all at once, and if that fails each alone. It runs beside the session's goroutine, so it
// touches nothing of the session but the owner and the troubles.
func (s *session) offer(ctx context.Context, f Folder, mails []Mail) taken {
	t := taken{mails: make([]Listed, len(mails))}
	for i := range mails {
		t.mails[i] = mails[i].Listed
	}
	if t.said, t.err = s.accept(ctx, f, mails); t.err == nil {
		s.recovered(f, t.mails, t.said)
		return t
	}
	t.said = make([]Disposition, len(mails))
	if len(mails) == 1 {
		s.failed(ctx, f, t.mails[0], t.err)
		return t
	}
	took := false
	errs := make([]error, len(mails))
	for i := range mails {
		if ctx.Err() != nil {
			return t
		}
		said, err := s.accept(ctx, f, mails[i:i+1])
		if errs[i] = err; err == nil {
			t.said[i], took = said[0], true
		}
	}
	if !took {
		return t // the owner's trouble rather than that of so many mails
	}
	t.err = nil
	for i, err := range errs {
		if err != nil {
			s.failed(ctx, f, t.mails[i], err)
		}
	}
	return t
}

func (s *session) accept(ctx context.Context, f Folder, mails []Mail) ([]Disposition, error) {
	said, err := s.owner.Accept(ctx, f, mails)
	if err == nil && len(said) != len(mails) {
		err = fmt.Errorf("%d answers about %d mails", len(said), len(mails))
	}
	if err != nil {
		return nil, fmt.Errorf("hand over mail: %w", err)
	}
	return said, nil
}
