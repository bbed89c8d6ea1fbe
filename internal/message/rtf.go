package message

func rtfText(b []byte) string { return string(b) }
