package message

import "strings"

// classify tells the kind of mail and why. What a mail program or server says of itself in its header counts more than
// words in the subject; and what ordinary mail carries too (List-Unsubscribe alone, X-Auto-Response-Suppress: DR, RN)
// counts for nothing.
func classify(m *Message, parts []part) (Kind, string) {
	telling := *m // with the fields only that are asked for below, out of the dozens that servers add
	telling.Header = tellingFields(m.Header)
	m = &telling
	for _, test := range [...]func(*Message, []part) (Kind, string){
		feedbackKind, deliveryKind, receiptKind, calendarKind, challengeKind, replyKind, listKind, machineKind,
	} {
		if kind, why := test(m, parts); kind != "" {
			return kind, why
		}
	}
	return Personal, "nothing says otherwise"
}

// tellingFields picks the fields that any of the tests looks at.
func tellingFields(all Header) Header {
	var few Header
	var buf [40]byte
	for _, f := range all {
		if len(f.Name) > len(buf) {
			continue
		}
		name := buf[:0]
		for i := 0; i < len(f.Name); i++ {
			c := f.Name[i]
			if c >= 'A' && c <= 'Z' {
				c += 'a' - 'A'
			}
			name = append(name, c)
		}
		if tellingNames[string(name)] {
			few = append(few, f)
		}
	}
	return few
}

// topType returns multipart/report and its report-type in lower case, if that is what the mail is, else nothing.
func topType(m *Message) (mediaType, reportType string) {
	value := m.Header.Get("Content-Type")
	if indexFold(value, "multipart/report") < 0 {
		return "", ""
	}
	mediaType, params := parseParams(value)
	return strings.ToLower(mediaType), strings.ToLower(params["report-type"])
}

// feedbackKind knows abuse and authentication reports (RFC 5965, RFC 6591), Hotmail's older form and aggregate reports.
func feedbackKind(m *Message, parts []part) (Kind, string) {
	if _, report := topType(m); report == "feedback-report" {
		return FeedbackReport, "Content-Type: report-type=feedback-report"
	}
	for i := range parts {
		if parts[i].mediaType == "message/feedback-report" && !isPersonalForward(m) {
			return FeedbackReport, "a part of type message/feedback-report"
		}
	}
	for _, name := range feedbackFields {
		if m.Header.Has(name) {
			return FeedbackReport, name
		}
	}
	if n := notificationOf(m); n != nil && n.kind() == "complaint" {
		return FeedbackReport, "a notification of type Complaint"
	}
	from := fromField(m)
	if strings.Contains(from, "feedbackloop") || strings.Contains(from, "fbl@") || strings.Contains(from, "staff@hotmail.com") ||
		strings.HasPrefix(strings.ToLower(m.Subject), "complaint about message from") || strings.HasPrefix(strings.ToLower(m.Subject), "report domain: ") {
		return FeedbackReport, "sent by a feedback loop"
	}
	return "", ""
}

// isPersonalForward tells a mail in which a person passes something on, whatever is attached.
func isPersonalForward(m *Message) bool {
	mediaType, _ := topType(m)
	return mediaType != "multipart/report" && !isDaemon(m) && !nullSender(m)
}

// receiptKind knows read receipts (RFC 8098).
func receiptKind(m *Message, parts []part) (Kind, string) {
	if _, report := topType(m); report == "disposition-notification" {
		return ReadReceipt, "Content-Type: report-type=disposition-notification"
	}
	for i := range parts {
		if t := parts[i].mediaType; (t == "message/disposition-notification" || t == "message/global-disposition-notification") && parts[i].parent != "multipart/mixed" {
			return ReadReceipt, "a part of type " + t
		}
	}
	if c := strings.ToLower(m.Header.Get("X-MS-Exchange-MessageClass") + m.Header.Get("X-Message-Class")); strings.Contains(c, "ipnrn") || strings.Contains(c, "ipnnrn") {
		return ReadReceipt, "the message class of a read receipt"
	}
	return "", ""
}

// calendarKind knows answers to invitations (RFC 5546, section 3.2.3). A calendar that somebody attached as a file is no
// answer unless it is declared as one.
func calendarKind(m *Message, parts []part) (Kind, string) {
	for i := range parts {
		p := &parts[i]
		if p.mediaType != "text/calendar" && p.mediaType != "application/ics" {
			continue
		}
		method := strings.ToUpper(p.params["method"])
		if method == "" && !p.isAttached() {
			method = readEvent(clip(p.text(), 64<<10)).method
		}
		if method == "REPLY" || method == "COUNTER" {
			return CalendarAnswer, "a calendar part with METHOD:" + method
		}
	}
	return "", ""
}

// challengeKind knows challenge-response systems, which ask a sender to prove to be human.
func challengeKind(m *Message, parts []part) (Kind, string) {
	for _, name := range challengeFields {
		if m.Header.Has(name) {
			return Challenge, name
		}
	}
	if strings.Contains(strings.ToLower(m.Header.Get("X-Delivery-Agent")), "tmda") && containsAny(strings.ToLower(m.Subject), []string{"confirm"}) {
		return Challenge, "X-Delivery-Agent: TMDA, which asks for confirmation"
	}
	subject := strings.ToLower(m.Subject)
	if challengeSubjects.in(subject) {
		return Challenge, "the subject asks to confirm the sender"
	}
	asks := autoSubmitted(m) != "" || nullSender(m) || isAnswer(m) && containsAny(subject, []string{"confirm", "verif", "deliver", "approv"})
	if text := clip(m.Text, 2048); asks && challengeWords.in(strings.ToLower(text)) {
		return Challenge, "the text asks to prove that the sender is human"
	}
	return "", ""
}

// isAnswer tells whether the mail says that it answers another one.
func isAnswer(m *Message) bool { return len(m.InReplyTo) > 0 || len(m.References) > 0 }

// replyKind knows automatic answers: what vacation programs, Exchange, Lotus Notes, Gmail and phones send.
func replyKind(m *Message, _ []part) (Kind, string) {
	h := m.Header
	switch auto := autoSubmitted(m); auto {
	case "":
	case "auto-replied":
		return AutoReply, "Auto-Submitted: auto-replied"
	default:
		if isReplySubject(m.Subject) {
			return AutoReply, "Auto-Submitted: " + auto + ", and the subject of an automatic answer"
		}
	}
	for _, name := range autoReplyFields {
		if v := strings.ToLower(strings.TrimSpace(h.Get(name))); h.Has(name) && v != "no" && v != "0" && v != "false" && v != "none" {
			return AutoReply, name
		}
	}
	for _, name := range [...]string{"Precedence", "X-Precedence"} {
		if v := strings.ToLower(h.Get(name)); strings.Contains(v, "auto_reply") || strings.Contains(v, "auto-reply") || strings.Contains(v, "autoreply") {
			return AutoReply, name + ": " + shorten(v, 40)
		}
	}
	for _, v := range h.Values("Delivered-To") {
		if strings.EqualFold(strings.TrimSpace(v), "autoresponder") {
			return AutoReply, "Delivered-To: autoresponder"
		}
	}
	if strings.Contains(strings.ToLower(h.Get("X-POST-MessageClass")), "autoresponder") {
		return AutoReply, "X-POST-MessageClass"
	}
	if isReplySubject(m.Subject) {
		return AutoReply, "the subject of an automatic answer: " + shorten(m.Subject, 60)
	}
	if looksAway(m) {
		return AutoReply, "an absence notice that comes with signs of automatic mail"
	}
	return "", ""
}

// autoSubmitted returns the keyword of Auto-Submitted (RFC 3834, section 5), "" if it is missing or "no".
func autoSubmitted(m *Message) string {
	v := m.Header.Get("Auto-Submitted")
	v, _, _ = strings.Cut(v, ";")
	v, _, _ = strings.Cut(v, "(")
	if v = strings.ToLower(strings.TrimSpace(v)); v == "no" {
		return ""
	}
	return v
}

// looksAway tells an absence notice by its words, if something else says that nobody wrote it by hand.
func looksAway(m *Message) bool {
	if !nullSender(m) && !suppresses(m) && !isBulk(m) && autoSubmitted(m) == "" {
		return false
	}
	subject := strings.ToLower(m.Subject)
	return awaySubjects.in(subject) || awayWords.in(strings.ToLower(clip(m.Text, 2048)))
}

// isReplySubject tells a subject that automatic answers begin with, in any language. Words that people write too need
// the colon that programs set.
func isReplySubject(subject string) bool {
	s := strings.ToLower(untagged(subject))
	for _, p := range autoReplySubjects {
		if rest, ok := strings.CutPrefix(s, p); ok {
			rest = strings.TrimLeft(rest, " ")
			if rest == "" || rest[0] == ':' || strings.HasPrefix(rest, "\uff1a") || strings.HasPrefix(rest, "autoreply") || strings.HasPrefix(rest, "(") || strings.HasPrefix(rest, "re:") {
				return true
			}
		}
	}
	return false
}

// listKind knows mailing lists and bulk mail.
func listKind(m *Message, _ []part) (Kind, string) {
	h := m.Header
	for _, name := range listFields {
		if h.Has(name) {
			return List, name
		}
	}
	for _, name := range [...]string{"Precedence", "X-Precedence"} {
		switch v := strings.ToLower(strings.TrimSpace(h.Get(name))); v {
		case "list", "bulk", "junk":
			if autoSubmitted(m) == "" {
				return List, name + ": " + v
			}
		}
	}
	if h.Has("List-Unsubscribe") {
		for _, name := range bulkFields {
			if h.Has(name) {
				return List, "List-Unsubscribe with " + name
			}
		}
	}
	return "", ""
}

// machineKind knows what machines send that is no answer to anything.
func machineKind(m *Message, _ []part) (Kind, string) {
	h := m.Header
	if auto := autoSubmitted(m); auto != "" {
		return Automatic, "Auto-Submitted: " + shorten(auto, 40)
	}
	for _, name := range machineFields {
		if v := strings.ToLower(strings.TrimSpace(h.Get(name))); h.Has(name) && v != "no" && v != "false" && v != "0" {
			return Automatic, name
		}
	}
	if suppresses(m) {
		return Automatic, "X-Auto-Response-Suppress: " + shorten(h.Get("X-Auto-Response-Suppress"), 60)
	}
	if isDaemon(m) {
		return Automatic, "sent by " + shorten(fromField(m), 60)
	}
	if nullSender(m) {
		return Automatic, "Return-Path: <>"
	}
	if local := localPart(m.From.Address); isNoReply(local) {
		return Automatic, "sent by " + local + "@…, which takes no answers"
	}
	return "", ""
}

// suppresses tells whether the mail asks that nothing answers it automatically. Values that only turn off receipts (DR,
// RN, NRN) are what ordinary Exchange users send.
func suppresses(m *Message) bool {
	for _, v := range m.Header.Values("X-Auto-Response-Suppress") {
		for w := range strings.FieldsFuncSeq(strings.ToLower(v), func(r rune) bool { return r == ',' || r == ' ' || r == ';' }) {
			if w == "all" || w == "oof" || w == "autoreply" {
				return true
			}
		}
	}
	return false
}

// isBulk tells Precedence: bulk, list or junk.
func isBulk(m *Message) bool {
	switch strings.ToLower(strings.TrimSpace(m.Header.Get("Precedence"))) {
	case "bulk", "list", "junk":
		return true
	}
	return false
}

// nullSender tells the empty envelope sender of notices (RFC 5321, section 4.5.5).
func nullSender(m *Message) bool {
	for _, v := range m.Header.Values("Return-Path") {
		if v = strings.TrimSpace(v); v == "<>" || v == "" {
			return true
		}
	}
	return false
}

// fromField returns the whole From field in lower case, readable or not. It is worked out once.
func fromField(m *Message) string {
	if m.fromField == "" {
		from := m.From.String()
		if m.From.Address == "" {
			from = oneLine(m.Header.Get("From"))
		}
		m.fromField = strings.ToLower(from)
	}
	return m.fromField
}

// isDaemon tells whether a mail system itself is the sender.
func isDaemon(m *Message) bool {
	switch localPart(m.From.Address) {
	case "mailer-daemon", "mailer_daemon", "maildaemon", "mail-daemon", "mailerdaemon", "mdaemon", "postmaster", "mailsystem", "delivery-subsystem", "mail.delivery.system":
		return true
	}
	from := fromField(m)
	return daemonWords.in(from)
}

// localPart returns what stands before the @, in lower case.
func localPart(address string) string {
	if k := strings.LastIndexByte(address, '@'); k >= 0 {
		address = address[:k]
	}
	return strings.ToLower(strings.Trim(address, "\"<> "))
}

// isNoReply tells a local part that nobody reads.
func isNoReply(local string) bool {
	flat := strings.Map(func(r rune) rune {
		if r == '-' || r == '_' || r == '.' || r == '+' {
			return -1
		}
		return r
	}, local)
	return noReplyWords.in(flat)
}
