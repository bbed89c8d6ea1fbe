package authority

import (
	"crypto/hmac"
	"encoding/binary"
	"strings"
	"time"
)

const probeUse = "triaged probe 1"

// Probe is the mark of a mail that the bot sends to itself at a time, to see whether it comes back. It is a word that can
// stand in a header field and in a Message-ID.
func (k Keys) Probe(instance string, at time.Time) string {
	payload := binary.BigEndian.AppendUint64(nil, uint64(at.Unix()))
	key := k.signer()
	return encoding.EncodeToString(append([]byte{key.ID}, payload...)) + "." + encoding.EncodeToString(key.code(probeUse, instance, "", 0, payload))
}

// ProbeSent tells when a probe with this mark was sent, to the second, and whether it was this instance that sent it.
func (k Keys) ProbeSent(mark, instance string) (at time.Time, ok bool) {
	head, tail, _ := strings.Cut(strings.ToLower(strings.TrimSpace(mark)), ".")
	payload, err := encoding.DecodeString(head)
	code, err2 := encoding.DecodeString(tail)
	if err != nil || err2 != nil || len(payload) != 9 {
		return at, false
	}
	for _, key := range k.numbered(payload[0]) {
		if hmac.Equal(code, key.code(probeUse, instance, "", 0, payload[1:])) {
			return time.Unix(int64(binary.BigEndian.Uint64(payload[1:])), 0), true
		}
	}
	return at, false
}
