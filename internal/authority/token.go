package authority

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"strconv"
	"strings"
	"time"
)

// Day counts days since 1970-01-01 UTC.
type Day int32

// DayOf returns the day of a time.
func DayOf(t time.Time) Day { return Day(t.Unix() / 86400) }

// Lifetime is how long tokens and one-tap keys hold, in days.
const Lifetime = 400

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

// Key is one secret of the ring: its number, and 32 random bytes. A key of zeros is never used.
type Key struct {
	ID     uint8
	Secret [32]byte
}

// String keeps the secret out of logs.
func (k Key) String() string { return "key " + strconv.Itoa(int(k.ID)) }

// GoString keeps the secret out of logs.
func (k Key) GoString() string { return k.String() }

// Keys is the ring of secrets: the first signs, all verify. Signing with an empty ring is a mistake in the program, and
// panics.
type Keys []Key

const (
	macSize  = 12         // bytes of HMAC-SHA256 that are kept: 96 bits
	epoch    = Day(18262) // 2020-01-01: days are counted from here, in two bytes
	tokenUse = "triaged token 1"
	linkUse  = "triaged link 1"
)

// encoding uses only characters that every mail program leaves alone, whatever it does to case.
var encoding = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// MessageID returns the Message-ID, without brackets, of a mail with this token: "sr12.PAYLOAD.CODE@domain". What stands
// before the "@" is at most 64 characters (RFC 5321, section 4.5.3.1.1). The same token always gives the same.
func (k Keys) MessageID(t Token, domain string) string {
	return k.signer().local(t) + "@" + domain
}

func (k Keys) signer() Key {
	if len(k) == 0 || k[0].Secret == [32]byte{} {
		panic("authority: no key to sign with")
	}
	return k[0]
}

func (k Key) local(t Token) string {
	payload := pack(k.ID, t.IssuedDay, t.Nonce)
	code := k.code(tokenUse, t.Instance, t.Audience, t.Request, payload)
	return "sr" + strconv.FormatInt(max(t.Request, 0), 10) + "." + encoding.EncodeToString(payload) + "." + encoding.EncodeToString(code)
}

// pack writes a key's number, a day and a nonce.
func pack(id uint8, day Day, nonce uint64) []byte {
	b := []byte{id}
	b = binary.BigEndian.AppendUint16(b, uint16(min(max(day-epoch, 0), 1<<16-1)))
	return binary.AppendUvarint(b, nonce)
}

func unpack(b []byte) (id uint8, day Day, nonce uint64, ok bool) {
	if len(b) < 4 {
		return 0, 0, 0, false
	}
	nonce, n := binary.Uvarint(b[3:])
	if n != len(b)-3 {
		return 0, 0, 0, false
	}
	return b[0], epoch + Day(binary.BigEndian.Uint16(b[1:])), nonce, true
}

// code computes the authentication code over everything that a token or key is bound to; each part bears its length, so
// that no two sets of parts are written the same.
func (k Key) code(use, instance, address string, request int64, payload []byte) []byte {
	h := hmac.New(sha256.New, k.Secret[:])
	for _, part := range []string{use, instance, Normalise(address), strconv.FormatInt(max(request, 0), 10), string(payload)} {
		var length [8]byte
		binary.BigEndian.PutUint64(length[:], uint64(len(part)))
		h.Write(length[:])
		h.Write([]byte(part))
	}
	return h.Sum(nil)[:macSize]
}

// The reasons for which a token or one-tap key is not believed.
const (
	notOurs    = "not a Message-ID of the bot's"
	notAKey    = "not a key of a one-tap link"
	unknownKey = "made with a key that is not in the ring"
	forged     = "forged, or made for somebody else"
	expired    = "older than 400 days"
	tooEarly   = "dated in the future"
)

// Verify tells whether a Message-ID, with or without brackets, carries a token that was made by this ring for one of
// these audiences, and returns it. reason is "" if it is good, else says for the ledger what is wrong. Codes are
// compared in constant time; the work is one code for each audience.
func (k Keys) Verify(messageID, instance string, audiences []string, now time.Time) (t Token, reason string) {
	request, payload, code, ok := parseToken(messageID)
	if !ok {
		return Token{}, notOurs
	}
	id, day, nonce, ok := unpack(payload)
	if !ok {
		return Token{}, notOurs
	}
	reason = unknownKey
	for _, key := range k.numbered(id) {
		reason = forged
		for _, audience := range audiences {
			if hmac.Equal(code, key.code(tokenUse, instance, audience, request, payload)) && Normalise(audience) != "" {
				return Token{instance, Normalise(audience), request, nonce, day}, age(day, now)
			}
		}
	}
	return Token{}, reason
}

// numbered returns the keys that can have made something with this number.
func (k Keys) numbered(id uint8) []Key {
	var found []Key
	for _, key := range k {
		if key.ID == id && key.Secret != [32]byte{} {
			found = append(found, key)
		}
	}
	return found
}

// parseToken takes a Message-ID apart. Only what MessageID writes passes, letter case aside.
func parseToken(messageID string) (request int64, payload, code []byte, ok bool) {
	id := Normalise(messageID)
	local, _, found := strings.Cut(id, "@")
	if !found || len(local) > 64 || !strings.HasPrefix(local, "sr") {
		return 0, nil, nil, false
	}
	parts := strings.Split(local[2:], ".")
	if len(parts) != 3 {
		return 0, nil, nil, false
	}
	request, err := strconv.ParseInt(parts[0], 10, 64)
	if err != nil || strconv.FormatInt(request, 10) != parts[0] || request < 0 {
		return 0, nil, nil, false
	}
	payload, ok1 := decode(parts[1])
	code, ok2 := decode(parts[2])
	return request, payload, code, ok1 && ok2 && len(code) == macSize
}

// decode refuses all but the one way of writing these bytes.
func decode(s string) ([]byte, bool) {
	b, err := encoding.DecodeString(s)
	return b, err == nil && encoding.EncodeToString(b) == s
}

func age(day Day, now time.Time) string {
	switch today := DayOf(now); {
	case today-day > Lifetime:
		return expired
	case day-today > 1:
		return tooEarly
	}
	return ""
}

// LooksOwn tells whether a Message-ID has the shape of the bot's own, without saying whether it is genuine.
func LooksOwn(messageID string) bool {
	_, _, _, ok := parseToken(messageID)
	return ok
}

// LinkKey returns the key of a one-tap link: letters and digits, at most 44.
func (k Keys) LinkKey(l Link) string {
	key := k.signer()
	payload := pack(key.ID, l.IssuedDay, l.Nonce)
	return encoding.EncodeToString(append(payload, key.code(linkUse, l.Instance, l.Recipient, l.Request, payload)...))
}

// CheckLink tells whether a key was made by this ring for a link to this recipient about this request; see Verify.
// Whether it has been used before is for the store to say, by its nonce.
func (k Keys) CheckLink(key, instance, recipient string, request int64, now time.Time) (l Link, reason string) {
	b, ok := decode(strings.ToLower(strings.TrimSpace(key)))
	if !ok || len(b) < macSize+4 || Normalise(recipient) == "" {
		return Link{}, notAKey
	}
	payload, code := b[:len(b)-macSize], b[len(b)-macSize:]
	id, day, nonce, ok := unpack(payload)
	if !ok {
		return Link{}, notAKey
	}
	reason = unknownKey
	for _, secret := range k.numbered(id) {
		reason = forged
		if hmac.Equal(code, secret.code(linkUse, instance, recipient, request, payload)) {
			return Link{instance, Normalise(recipient), request, nonce, day}, age(day, now)
		}
	}
	return Link{}, reason
}
