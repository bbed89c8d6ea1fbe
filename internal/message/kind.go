package message

// classify tells the kind of mail and why.
func classify(m *Message, parts []part) (Kind, string) { return Personal, "nothing says otherwise" }
