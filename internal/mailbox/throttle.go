package mailbox

import (
	"errors"
	"regexp"
	"strconv"
	"time"

	"github.com/emersion/go-imap/v2"
)

// Servers that have enough of a client say so, and go on longer the sooner it comes back.
const (
	firstPause    = time.Minute      // doubled with each refusal in a row
	longestPause  = 15 * time.Minute // between two of our own guesses
	longestWanted = time.Hour        // that a server may ask for
)

// codeThrottled is Gmail's, which no RFC has.
const codeThrottled imap.ResponseCode = "THROTTLED"

// enough are the words of providers who give no code, or BYE: Exchange's throttling policy, and Gmail's limits of bandwidth
// and of sessions at once.
var enough = regexp.MustCompile(`(?i)throttled|too many (simultaneous|concurrent) connections|exceeded command or bandwidth limits|` +
	`connection limit (reached|exceeded)|maximum number of connections`)

// suggestion is how Exchange says when to come back.
var suggestion = regexp.MustCompile(`(?i)backoff time: *(\d{1,9}) *milliseconds`)

// throttled tells whether the server has had enough of us, whatever it was asked.
func throttled(err error) bool {
	var e *imap.Error
	return errors.As(err, &e) && (e.Code == codeThrottled || enough.MatchString(e.Text))
}

// notNow tells whether the server turns everybody away, or this account, for a while: a session that it ends for that had
// better not be followed by another at once.
func notNow(err error) bool { return throttled(err) || errors.As(err, new(*busy)) }

// busy is the error of a login that is refused for now.
type busy struct{ error }

func (b *busy) Unwrap() error { return b.error }

// pause is how long to stay away after the n-th such refusal in a row, from 1.
func pause(err error, n int) time.Duration {
	var e *imap.Error
	if errors.As(err, &e) {
		if found := suggestion.FindStringSubmatch(e.Text); found != nil {
			ms, _ := strconv.Atoi(found[1]) // nine digits
			return min(time.Duration(ms)*time.Millisecond, longestWanted)
		}
	}
	return min(firstPause<<min(n-1, 10), longestPause)
}
