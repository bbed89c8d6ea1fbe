package message

// findForward finds the mail that this mail passes on, inline or attached, or returns nil.
func findForward(m *Message, parts []part) *Forwarded { return nil }
