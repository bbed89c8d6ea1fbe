package mailbox

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
)

// What is kept of a mail over Settings.MaxSize: its header, up to a limit, and what follows it, up to another.
const (
	maxHeader = 256 << 10
	maxExcess = 64 << 10
)

// errBody is what a server without a body for a mail amounts to.
var errBody = errors.New("the server lists the mail but does not give its text")

// chunk is some mails to fetch in one command.
type chunk struct {
	mails    []Listed
	oversize bool // one mail, of which only the beginning is wanted
}

// plan puts mails into chunks: as many as the settings allow; larger mails alone, so that only one is in memory; and
// those that made trouble alone and last, so that a mail that breaks the connection stops no other. Mails whose time to be
// tried again has not come stay open.
func (s *session) plan(v *view, pending []Listed) []chunk {
	var chunks, suspects []chunk
	var some []Listed
	var size int64
	cut := func() {
		if len(some) > 0 {
			chunks = append(chunks, chunk{mails: some})
		}
		some, size = nil, 0
	}
	for _, m := range pending {
		alone := chunk{[]Listed{m}, m.Size > s.MaxSize}
		due, suspect := s.due(v.folder, m)
		switch {
		case !due:
			v.open = append(v.open, m)
		case suspect:
			suspects = append(suspects, alone)
		case alone.oversize || m.Size > s.ChunkBytes:
			cut()
			chunks = append(chunks, alone)
		default:
			if len(some) == s.ChunkMails || size+m.Size > s.ChunkBytes {
				cut()
			}
			some, size = append(some, m), size+m.Size
		}
	}
	cut()
	return append(chunks, suspects...)
}

// fetch gets a chunk's mails. Those that did not come are asked for once more, each alone; what fails then is noted and
// stays open. An error means that the session is over; what came whole before is returned with it.
func (s *session) fetch(ctx context.Context, v *view, c chunk) ([]Mail, error) {
	mails, missing, err := s.fetchSome(ctx, v, c)
	if err != nil || len(missing) == 0 {
		return mails, err
	}
	if len(c.mails) > 1 {
		if missing, err = s.stillThere(ctx, missing); err != nil {
			return mails, err
		}
		for _, m := range missing {
			more, err := s.fetch(ctx, v, chunk{[]Listed{m}, c.oversize})
			if mails = append(mails, more...); err != nil {
				return mails, err
			}
		}
	}
	return mails, nil
}

// fetchSome sends one FETCH and returns the mails that came whole, and those that did not although the connection is
// well. A lone mail that fails is noted as trouble; one that has vanished is forgotten.
func (s *session) fetchSome(ctx context.Context, v *view, c chunk) (mails []Mail, missing []Listed, err error) {
	r := &receiver{wanted: make(map[imap.UID]Listed, len(c.mails)), maxSize: s.MaxSize, oversize: c.oversize}
	var set imap.UIDSet
	for _, m := range c.mails {
		r.wanted[imap.UID(m.UID)] = m
		set.AddNum(imap.UID(m.UID))
	}
	err = s.command(ctx, "fetch mails", func() error {
		command := s.client.Fetch(set, &imap.FetchOptions{UID: true, BodySection: []*imap.FetchItemBodySection{r.section()}})
		for row := command.Next(); row != nil; row = command.Next() {
			if err := r.receive(row); err != nil {
				return err // without the command's Close; see receive
			}
		}
		return command.Close()
	})
	for _, m := range c.mails {
		if _, missed := r.wanted[imap.UID(m.UID)]; missed {
			missing = append(missing, m)
		}
	}
	if err != nil && !refused(err) { // the session is over: who is to blame?
		if ctx.Err() == nil && len(missing) > 0 && !throttled(err) {
			suspect := missing[0] // servers answer in order
			if l, listed := r.wanted[r.current]; listed {
				suspect = l
			}
			s.failed(ctx, v.folder, suspect, err)
		}
		return r.mails, nil, err
	}
	if len(c.mails) == 1 && len(missing) == 1 {
		return nil, missing, s.failedAlone(ctx, v, missing[0], err)
	}
	return r.mails, missing, nil
}

// failedAlone notes that a mail did not come although it alone was asked for, unless it has vanished.
func (s *session) failedAlone(ctx context.Context, v *view, m Listed, cause error) error {
	there, err := s.stillThere(ctx, []Listed{m})
	if err != nil || len(there) == 0 {
		s.forget(v.folder, m)
		return err
	}
	if cause == nil {
		cause = errBody
	}
	s.failed(ctx, v.folder, m, cause)
	v.open = append(v.open, m)
	return nil
}

// stillThere returns those of the mails that are still in the folder.
func (s *session) stillThere(ctx context.Context, mails []Listed) (there []Listed, err error) {
	wanted := make(map[uint32]Listed)
	var set imap.UIDSet
	for _, m := range mails {
		wanted[m.UID] = m
		set.AddNum(imap.UID(m.UID))
	}
	err = s.command(ctx, "look for mails", func() error {
		command := s.client.Fetch(set, &imap.FetchOptions{UID: true})
		for row := command.Next(); row != nil; row = command.Next() {
			if data, err := row.Collect(); err == nil {
				if m, ok := wanted[uint32(data.UID)]; ok {
					there = append(there, m)
					delete(wanted, m.UID)
				}
			}
		}
		return command.Close()
	})
	if refused(err) { // a server that cannot even say that they are there
		return mails, nil
	}
	return there, err
}

// receiver takes the rows of one FETCH.
type receiver struct {
	wanted   map[imap.UID]Listed // not received yet
	maxSize  int64
	oversize bool
	current  imap.UID // being received
	mails    []Mail
}

// section is what to ask for: all of a mail, or as much as is kept of a large one. PEEK leaves \Seen alone.
func (r *receiver) section() *imap.FetchItemBodySection {
	section := &imap.FetchItemBodySection{Peek: true}
	if r.oversize {
		section.Partial = &imap.SectionPartial{Size: maxHeader + maxExcess}
	}
	return section
}

// receive reads one row to its end, as go-imap demands. An error means that the connection ended within a literal. Then
// nothing of the command may be touched any more: go-imap would go on reading the literal beside its own decoder.
func (r *receiver) receive(row *imapclient.FetchMessageData) error {
	r.current = 0
	for item := row.Next(); item != nil; item = row.Next() {
		switch item := item.(type) {
		case imapclient.FetchItemDataUID:
			r.current = item.UID
		case imapclient.FetchItemDataBodySection:
			listed, wanted := r.wanted[r.current]
			if !wanted || item.Literal == nil || item.Section == nil || item.Section.Specifier != imap.PartSpecifierNone {
				continue
			}
			mail, err := r.read(listed, item.Literal)
			if err != nil {
				return err
			}
			r.mails = append(r.mails, mail)
			delete(r.wanted, r.current)
		}
	}
	return nil
}

// read reads a mail's literal. go-imap reports the end of a broken connection as an ordinary end, so only as many bytes as
// were announced make a mail.
func (r *receiver) read(m Listed, literal imap.LiteralReader) (Mail, error) {
	size := literal.Size()
	keep := size
	tooLarge := size > r.maxSize // the server's size was an estimate, and too small
	if tooLarge {
		keep = min(size, maxHeader+maxExcess)
	}
	raw := make([]byte, keep)
	read, err := io.ReadFull(literal, raw)
	if err != nil {
		return Mail{}, fmt.Errorf("the connection ended after %d of %d bytes of mail %d: %w", read, size, m.UID, err)
	}
	if rest, err := io.Copy(io.Discard, literal); err != nil || keep+rest != size {
		return Mail{}, fmt.Errorf("the connection ended after %d of %d bytes of mail %d", keep+rest, size, m.UID)
	}
	if !tooLarge && (!r.oversize || size < maxHeader+maxExcess) { // less than was asked for is the whole mail
		m.Size = size
		return Mail{Listed: m, Raw: raw}, nil
	}
	m.Size = max(m.Size, size)
	return Mail{Listed: m, Raw: beginning(raw), Truncated: true}, nil
}

// beginning cuts a mail after maxExcess bytes of its body.
func beginning(raw []byte) []byte {
	header := maxHeader
	for _, blank := range []string{"\r\n\r\n", "\n\n"} {
		if at := bytes.Index(raw, []byte(blank)); at >= 0 {
			header = min(header, at+len(blank))
		}
	}
	return raw[:min(len(raw), header+maxExcess)]
}
