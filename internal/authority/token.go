package authority

import "time"

// Day counts days since 1970-01-01 UTC.
type Day int32

// DayOf returns the day of a time.
func DayOf(t time.Time) Day { return Day(t.Unix() / 86400) }

// Token is what the Message-ID of a mail of the bot's says, once its code proved right.
type Token struct {
	Instance  string // which desk's bot; never in clear
	Audience  string // address the mail went to; never in clear
	Request   int64  // 0 for mails about none or several
	Nonce     uint64 // number of the outbox entry
	IssuedDay Day
}

// Link is what a one-tap key stands for.
type Link struct {
	Instance  string
	Recipient string // whose From the mail must bear
	Request   int64  // 0 for links about several requests
	Nonce     uint64 // of this one link: the store refuses it a second time
	IssuedDay Day
}

// Key is one secret of the ring: its number, and 32 random bytes.
type Key struct {
	ID     uint8
	Secret [32]byte
}

// Keys is the ring of secrets: the first signs, all verify.
type Keys []Key

// MessageID returns the Message-ID, without brackets, of a mail with this token.
func (k Keys) MessageID(t Token, domain string) string { return "" }

// Verify tells whether a Message-ID, with or without brackets, carries a token that was made by this ring for one of
// these audiences, and returns it. reason is empty if it is good, else it says what is wrong, for the ledger.
func (k Keys) Verify(messageID, instance string, audiences []string, now time.Time) (t Token, reason string) {
	return Token{}, ""
}

// LinkKey returns the key of a one-tap link.
func (k Keys) LinkKey(l Link) string { return "" }

// CheckLink tells whether a key was made by this ring for a link to this recipient about this request; see Verify.
func (k Keys) CheckLink(key, instance, recipient string, request int64, now time.Time) (l Link, reason string) {
	return Link{}, ""
}
