package message

import (
	"encoding/json"
	"strings"
)

// deliveryKind knows bounces and delivery notices: reports after RFC 3464 by their type, others by what speaks for them
// together: sender, subject and text.
func deliveryKind(m *Message, parts []part) (Kind, string) {
	mediaType, report := topType(m)
	has := false
	for i := range parts {
		if t := parts[i].mediaType; t == "message/delivery-status" || t == "message/global-delivery-status" {
			has = true
		}
	}
	switch {
	case has && (mediaType == "multipart/report" || isDaemon(m) || nullSender(m)):
		return reportedKind(m, parts, "a part of type message/delivery-status")
	case mediaType == "multipart/report" && (report == "" || report == "delivery-status") && !isPart(parts, "message/disposition-notification"):
		return reportedKind(m, parts, "Content-Type: multipart/report")
	case m.Header.Has("X-Failed-Recipients"):
		return reportedKind(m, parts, "X-Failed-Recipients")
	}
	if n := notificationOf(m); n != nil {
		switch n.kind() {
		case "bounce":
			return Bounce, "a notification of type Bounce"
		case "delivery":
			return Delivered, "a notification of type Delivery"
		}
	}
	return wordedBounce(m, parts)
}

func isPart(parts []part, mediaType string) bool {
	for i := range parts {
		if parts[i].mediaType == mediaType {
			return true
		}
	}
	return false
}

// reportedKind tells by the reported actions. A delay names a recipient whom the mail has not reached so far, so it is a
// bounce too, a temporary one; only a warning that names nobody is Delayed.
func reportedKind(m *Message, parts []part, why string) (Kind, string) {
	n := newNotice(m, parts)
	done := 0
	reports := statusReports(n.status)
	for _, r := range reports {
		switch r.Action {
		case "delivered", "relayed", "expanded":
			done++
		case "failed", "delayed":
			return Bounce, why + ", action " + r.Action
		}
		if r.Status != "" && r.Status[0] == '2' {
			done++
		}
	}
	if done > 0 {
		return Delivered, why + ", action delivered"
	}
	if len(reports) == 0 && saysDelivered(m) {
		return Delivered, why + ", and the words of a success"
	}
	if len(reports) == 0 && n.action() == "delayed" && len(n.recipients()) == 0 {
		return Delayed, why + ", and the words of a delay"
	}
	return Bounce, why
}

// saysDelivered tells the human form of a success notice.
func saysDelivered(m *Message) bool {
	text := strings.ToLower(m.Subject + "\n" + clip(m.Text, 2048))
	return deliveredWords.in(text) && !bounceWords.in(text)
}

// wordedBounce weighs what speaks for a bounce that is no standard report. Four points decide. A person who writes about
// bounces uses the same words, so without a sign that a machine sent the mail it takes the error of a mail server and the
// original mail below it too.
func wordedBounce(m *Message, parts []part) (Kind, string) {
	subject := strings.ToLower(m.Subject)
	points, why := 0, []string(nil)
	add := func(n int, reason string) {
		points += n
		why = append(why, reason)
	}
	machine := false
	if isDaemon(m) || adminNames.in(fromField(m)) {
		machine = true
		add(2, "sent by "+shorten(fromField(m), 50))
	}
	if nullSender(m) {
		machine = true
		add(1, "Return-Path: <>")
	}
	machine = machine || autoSubmitted(m) != "" || isBulk(m)
	if bounceSubjects.in(subject) || delayWords.in(subject) {
		add(2, "subject "+shorten(m.Subject, 50))
	}
	if points == 0 || !machine && (isForwardSubject(m.Subject) || isAnswerSubject(m.Subject)) {
		return "", ""
	}
	text, copied := cutCopy(clip(m.Text, maxNotice))
	lower := strings.ToLower(text)
	if bounceWords.in(lower) || delayWords.in(lower) {
		add(2, "the words of a bounce")
	} else if strings.Contains(lower, "final-recipient:") || strings.Contains(lower, "diagnostic-code:") {
		add(3, "the fields of a delivery report")
	}
	proof := 0
	if code, _ := enhancedCode(text); code != "" && code[0] != '2' || replyCode(text) != "" {
		proof++
		add(1, "an SMTP reply code")
	}
	if copied != "" || isPart(parts, "message/rfc822") || isPart(parts, "text/rfc822-headers") {
		proof++
		if add(1, "the original mail below"); localPart(m.From.Address) == "mailer-daemon" {
			points++ // nobody else returns mails
		}
	}
	if points < 4 || !machine && proof < 2 {
		return "", ""
	}
	if n := newNotice(m, parts); n.action() == "delayed" && len(n.recipients()) == 0 {
		return Delayed, strings.Join(why, ", ")
	}
	if saysDelivered(m) {
		return Delivered, strings.Join(why, ", ")
	}
	return Bounce, strings.Join(why, ", ")
}

// notification is the JSON that Amazon's mail service sends about a mail, bare or wrapped by its notification service.
type notification struct {
	Type      string `json:"notificationType"`
	EventType string `json:"eventType"`
	Wrapped   string `json:"Message"`
	Bounce    struct {
		Type       string            `json:"bounceType"`
		Recipients []notifiedAddress `json:"bouncedRecipients"`
	} `json:"bounce"`
	Delivery struct {
		Recipients []string `json:"recipients"`
		Response   string   `json:"smtpResponse"`
	} `json:"delivery"`
	Mail struct {
		MessageID string `json:"messageId"`
		Headers   struct {
			MessageID string `json:"messageId"`
		} `json:"commonHeaders"`
	} `json:"mail"`
}

type notifiedAddress struct {
	Address    string `json:"emailAddress"`
	Action     string `json:"action"`
	Status     string `json:"status"`
	Diagnostic string `json:"diagnosticCode"`
}

// kind returns the notification's type in lower case.
func (n *notification) kind() string {
	if n.Type != "" {
		return strings.ToLower(n.Type)
	}
	return strings.ToLower(n.EventType)
}

// notificationOf reads the mail as a notification, or returns nil. What follows the JSON, such as a footer, is ignored.
func notificationOf(m *Message) *notification {
	text := strings.TrimSpace(m.Text)
	if text == "" || text[0] != '{' || !strings.Contains(text, "notificationType") && !strings.Contains(text, "eventType") {
		return nil
	}
	return parseNotification(text)
}

// parseNotification decodes it. JSON has no line ends inside of strings: where they are, mail has put them in, with an
// exclamation mark if a line was longer than SMTP allows.
func parseNotification(text string) *notification {
	text = strings.NewReplacer("!\n ", "", "!\n", "", "\n", "").Replace(text)
	for range 2 {
		var n notification
		if json.NewDecoder(strings.NewReader(clip(text, maxNotice))).Decode(&n) != nil {
			return nil
		}
		if n.kind() != "" {
			return &n
		}
		text = n.Wrapped
	}
	return nil
}

// notificationReports makes reports of a notification.
func notificationReports(m *Message) []Report {
	n := notificationOf(m)
	if n == nil {
		return nil
	}
	id := bareID(n.Mail.Headers.MessageID)
	var all []Report
	for _, r := range n.Bounce.Recipients {
		if len(all) < maxReports {
			all = append(all, Report{Recipient: r.Address, Action: orFailed(r.Action, n.Bounce.Type), Status: r.Status, Diagnostic: untyped(r.Diagnostic), OriginalMessageID: id})
		}
	}
	for _, address := range n.Delivery.Recipients {
		if len(all) < maxReports {
			all = append(all, Report{Recipient: address, Action: "delivered", Diagnostic: n.Delivery.Response, OriginalMessageID: id})
		}
	}
	return all
}

// orFailed is the action of a notification, which may only give the bounce's type.
func orFailed(action, bounceType string) string {
	if a := actionOf(action); a != "" {
		return a
	}
	if strings.EqualFold(bounceType, "Transient") {
		return "delayed"
	}
	return "failed"
}
