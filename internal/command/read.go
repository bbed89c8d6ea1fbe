package command

// Read reads the text that an author newly wrote.
func Read(text string, s Setting) Reading { return Reading{Note: text} }

// ReadSubject reads a subject without its reply prefixes (message.Message.Topic). A command counts after the number, as
// in "[SR-12] #1-3", or as the whole subject.
func ReadSubject(topic string, s Setting) Reading { return Reading{} }

// Neutralise makes what a requester wrote safe to print in the bot's mails: readable, and never read as a command or as
// a request's tag, however it is quoted or wrapped in an answer.
func Neutralise(text string) string { return text }

// NewWords returns what an author added to a mail of the bot's: each line that has new words, in order. The bot's mail
// may be given in several renderings (text part, and HTML part as text); the one that explains most is taken. Words
// typed next to the row of a request come back behind its number: "SR-12 1-3".
func NewWords(sent []string, received string) string { return "" }
