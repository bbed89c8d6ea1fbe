package main

import "triaged/internal/suggest"

type lexiconCommand struct {
	Outages bool `help:"Print the words by which several mails are known to report one outage."`
}

// Help documents the form of a district's own lexicon.
func (lexiconCommand) Help() string {
	return `Prints the built-in lexicon, a TOML file to read and to copy from. What a district adds stands in a file of its own, which desk.lexicon in the configuration names; "triaged config check" says what is wrong with it, with file and line.

[concept.NAME] with en and es: words and phrases, in English and Spanish, that mean one thing. A concept of a name that the built-in lexicon has gains them: [concept.projector] with en = ["ClearBoard"] teaches a product's name. Case, accents, common endings and one wrong letter in a longer word do not matter; "=word" is matched letter by letter, "#" is any word with a digit, "*" up to three words. is = ["device"] puts a concept into groups; negatable = true does not count it after "not"; quiet = true never gives it as a reason.

[[rule]] with if: conditions that must all hold, such as ["projector|printer", "trouble", "!donated", "by:teaching_role"]: one of two, a second, not a third, and a fourth in the author's title, team or campus. score = { "1-3" = 2.0, "administrative" = -0.5 } is added to codes, or to all codes of a priority, in natural logarithms: 1.0 is a hint, 2.0 speaks clearly for a code, 4.0 outdoes most of what else is known. alert = "campus-wide outage" tells analysts at once, and with outage = true not again of a mail that reports a known outage; calm = true in its place says that what only sounds like an emergency is none. Your own alerts and calms stand; of the built-in ones the textbook may know better.

[prior] with codes, "1-*" or names of priorities: how common they are, in natural logarithms.

Several mails within two hours about one thing that is down are gathered into one outage. By which words they are known is another file, which --outages prints and to which the file that desk.outages names adds, [concept.NAME] alone: [concept.ClearBoard] with is = ["service"] and en = ["clearboard", "clear board"] makes ClearBoard something that can be down, under that name in the outage's mails. Besides "service", "local" says that each building has its own, "signed" that one signs in to it and the whole district shares it; "wide" and "narrow" are signs that many, or that few, are concerned.`
}

func (l lexiconCommand) Run(c *commands, s streams) error {
	if err := c.textOnly("a lexicon is TOML"); err != nil {
		return err
	}
	text := suggest.DefaultLexiconTOML()
	if l.Outages {
		text = suggest.DefaultOutagesTOML()
	}
	_, err := s.out.Write(text)
	return err
}
