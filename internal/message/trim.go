package message

// trimReply splits a mail's text into what its author newly wrote and the rest: quotes, signatures, footers. The topic
// helps to tell a quoted header block from new text.
func trimReply(text string, topic string) (reply, elided string) { return text, "" }
