package message

// readReports reads what a bounce or delivery notice says of each recipient; nil if the mail is none.
func readReports(m *Message, parts []part) []Report { return nil }
