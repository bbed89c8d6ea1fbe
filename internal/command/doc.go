// Package command reads what the author of a mail tells the bot to do.
//
// It guarantees that nothing is guessed: a line is a command that means exactly one thing, or a mistake that is named
// with the nearest thing it could have been, or text. Text that Neutralise made safe is never read as a command, and
// what NewWords finds in a mail that only repeats the bot's own words is nothing. Time and memory are linear in the
// text, whatever it holds; lists of requests are capped.
//
// It knows the reply language: verbs, codes, numbers, dates, and the shapes that phones and mail programs give them. It
// must not know whether a request exists, what state it is in, who wrote the mail or what they may do: that is for
// packages authority and intake.
package command
