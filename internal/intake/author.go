package intake

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"net/mail"
	"slices"
	"strings"
	"time"

	"triaged/internal/authority"
	"triaged/internal/command"
	"triaged/internal/message"
	"triaged/internal/request"
)

// from is the author's address as it is compared.
func (d *decision) from() string { return authority.Normalise(d.m.From.Address) }

func (d *decision) author() request.Person {
	return request.Person{Name: d.m.From.Name, Address: d.m.From.Address}
}

// ownMail recognises the bot's own mail, and finds the author of a mail whose From a list in front of the desk rewrote.
func (d *decision) ownMail() bool {
	if d.env.Shell {
		return false
	}
	if sent, ok := d.policy.Keys.ProbeSent(d.m.Header.Get("X-Triaged-Probe"), d.box.Proof.Instance); ok {
		d.verdict.Probe = sent
		return d.end(OwnMail, "the probe that the bot sent to itself at %s", sent.UTC().Format(time.RFC3339))
	}
	if !d.policy.ours(d.m.From.Address) {
		return false
	}
	if sent, ok := d.facts.Sent(d.m.MessageID); ok {
		d.verdict.Request = sent.Letter.Request
		return d.end(OwnMail, "the bot sent it itself")
	}
	if d.unrewrite() {
		return false
	}
	if d.policy.own(d.m.From.Address) {
		return d.end(OwnMail, "From is the bot's own address")
	}
	return d.end(NoSender, "From is the desk's list %s, and nothing says who wrote it", d.m.From.Address)
}

// unrewrite undoes what a Google Group or distribution list makes of From where the author's domain forbids others to
// use it: "'Pat Lee' via Help <help@school.example>". The author stands in X-Original-From, else in Reply-To.
func (d *decision) unrewrite() bool {
	machine := d.m.Kind != message.Personal && d.m.Kind != message.List
	if machine || d.m.Header.Has("X-Triaged-Kind") {
		return false
	}
	author := d.originalFrom()
	if author.Address == "" || d.policy.ours(author.Address) {
		return false
	}
	if author.Name == "" {
		name, _, _ := strings.Cut(d.m.From.Name, " via ")
		author.Name = strings.Trim(name, "'\" ")
	}
	m := *d.m
	m.From, m.Froms = author, []message.Address{author}
	d.m, d.rewritten = &m, true
	return true
}

// originalFrom is who a rewritten mail is by. With the desk's very own address in From, Reply-To alone tells nothing.
func (d *decision) originalFrom() message.Address {
	if a, err := mail.ParseAddress(d.m.Header.Get("X-Original-From")); err == nil {
		return message.Address{Name: a.Name, Address: a.Address}
	}
	via := strings.Contains(d.m.From.Name, " via ") || d.m.Header.Has("List-Id")
	others := slices.DeleteFunc(slices.Clone(d.m.ReplyTo), func(a message.Address) bool { return d.policy.ours(a.Address) })
	if len(others) != 1 || d.policy.own(d.m.From.Address) && !via {
		return message.Address{}
	}
	return others[0]
}

func (d *decision) noSender() bool {
	if d.m.From.Address != "" {
		return false
	}
	if strings.TrimSpace(d.m.Text+d.m.Subject) == "" && len(d.m.Attachments) == 0 {
		return d.end(Unreadable, "nothing in it could be read: %s", strings.Join(d.m.Defects, "; "))
	}
	return d.end(NoSender, "From names nobody")
}

// weigh finds out who speaks and what proves it.
func (d *decision) weigh() bool {
	d.staff, d.isStaff = d.policy.Roster.Person(d.m.From.Address)
	d.answered = d.findAnswered()
	if d.env.Shell {
		d.proof = authority.Proof{Proven: true, By: "shell", Why: "spoken at the shell"}
		return false
	}
	claim := authority.Claim{
		Header: d.m.Header, Froms: d.m.Froms, InReplyTo: d.m.InReplyTo, References: d.m.References,
		Date: d.m.Date, Received: d.env.Received,
	}
	if strings.Contains(strings.ToLower(d.m.Text), "#key") {
		claim.Keys = command.Read(d.m.Reply, command.Setting{Prefix: d.policy.Prefix}).Keys
		claim.Request = int64(numberIn(d.m.Subject, d.policy.Prefix))
	}
	prove := func() { d.proof = authority.Prove(claim, d.box.Proof, d.policy.Keys, d.policy.Roster, d.now) }
	prove()
	if link := d.proof.Link; link != nil && d.facts.LinkUsed(link.Nonce) {
		claim.Keys = nil // it proves nothing twice; something else may
		if prove(); !d.proof.Proven {
			d.proof.Why = "its one-tap link was used before"
		}
	}
	switch d.proof.By {
	case authority.ByDMARC, authority.ByDKIM, authority.ByInternal:
		if d.rewritten {
			d.proof = authority.Proof{Why: "a list rewrote From, so that the server's verdict speaks of the list"}
			return false
		}
	default:
		return false
	}
	if d.m.Date.IsZero() {
		return false // nobody signed it: there is nothing to send again
	}
	if d.once = d.signedWords(); d.facts.LinkUsed(d.once) {
		d.proof, d.once = authority.Proof{Why: "its author's mail of that date with these words was taken before"}, 0
	}
	return false
}

// signedWords is one number for what a signature covers. A mail that only the server's verdict proves counts once: whoever
// sends it again, under another Message-ID and with other recipients, brings the same number. White space does not count,
// since most signatures hold when it changes (RFC 6376, section 3.4.4).
func (d *decision) signedWords() uint64 {
	sum := sha256.New()
	for _, part := range []string{d.from(), d.m.Date.UTC().Format(time.RFC3339), d.m.Subject, d.m.Text} {
		part = strings.Join(strings.Fields(part), " ")
		fmt.Fprintf(sum, "%d:%s", len(part), part)
	}
	return binary.BigEndian.Uint64(sum.Sum(nil))
}

// findAnswered is the mail of the bot's that this one answers: by In-Reply-To, then by References, latest first.
func (d *decision) findAnswered() *Sent {
	refs := slices.Clone(d.m.References)
	slices.Reverse(refs)
	for _, id := range slices.Concat(d.m.InReplyTo, refs) {
		if sent, ok := d.facts.Sent(id); ok {
			return &sent
		}
	}
	return nil
}

// localPart is what stands before the "@", by which people without a display name sign.
func localPart(address string) string {
	local, _, _ := strings.Cut(address, "@")
	return strings.NewReplacer(".", " ", "_", " ", "-", " ").Replace(local)
}

// answerable tells whether anybody reads what is sent to an address, as far as its name says.
func answerable(address string) bool {
	local, domain, ok := strings.Cut(authority.Normalise(address), "@")
	plain := strings.NewReplacer("-", "", "_", "", ".", "").Replace(local)
	for _, word := range []string{"noreply", "donotreply", "mailerdaemon", "postmaster", "bounces"} {
		if strings.HasPrefix(plain, word) || strings.HasSuffix(plain, word) {
			return false
		}
	}
	return ok && local != "" && domain != ""
}
