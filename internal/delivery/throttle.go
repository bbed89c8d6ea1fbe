package delivery

import "strings"

// limits are replies, at a certain step and later, by which a provider says that the account has sent enough for now: every
// other mail would meet the same, and none is refused for good, whatever the code says.
var limits = []struct {
	enhanced, words string // "": any
	from            step
}{
	{"4.3.2", "", atMail},              // Exchange: concurrent connections limit exceeded, mailbox server is busy
	{"4.7.0", "", atEnd},               // Gmail: too many messages, try again later
	{"5.4.5", "", atMail},              // Gmail: daily user sending limit exceeded
	{"5.1.90", "", atMail},             // Exchange: the day's recipients are used up
	{"4.7.500", "", atMail},            // Exchange: server busy
	{"5.2.0", "quotaexceeded", atMail}, // Exchange: SubmissionQuotaExceededException
	{"5.2.122", "", atMail},            // Exchange: the hour's recipients are used up
	{"", "sending limit exceeded", atMail},
	{"", "message rate limit", atMail},
	{"", "submission rate limit", atMail}, // Exchange: 30 mails a minute
}

// throttled tells whether a reply says that the account has sent enough for now. At RCPT, 4.7.1 and its like are about one
// recipient: greylisting.
func throttled(at step, r Result) bool {
	text := strings.ToLower(r.Text)
	for _, l := range limits {
		if at >= l.from && (l.enhanced == "" || l.enhanced == r.Enhanced) && strings.Contains(text, l.words) {
			return true
		}
	}
	return at == atMail && strings.HasPrefix(r.Enhanced, "4.7.")
}
