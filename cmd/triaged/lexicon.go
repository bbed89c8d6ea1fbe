package main

import "triaged/internal/suggest"

type lexiconCommand struct{}

// Help documents the form of a district's own lexicon.
func (lexiconCommand) Help() string {
	return `Prints the built-in lexicon, a TOML file to read and to copy from. What a district adds stands in a file of its own, which desk.lexicon in the configuration names; "triaged config check" says what is wrong with it, with file and line.

[concept.NAME] with en and es: words and phrases, in English and Spanish, that mean one thing. A concept of a name that the built-in lexicon has gains them: [concept.projector] with en = ["ClearBoard"] teaches a product's name. Case, accents, common endings and one wrong letter in a longer word do not matter; "=word" is matched letter by letter, "#" is any word with a digit, "*" up to three words. is = ["device"] puts a concept into groups; negatable = true does not count it after "not"; quiet = true never gives it as a reason.

[[rule]] with if: conditions that must all hold, such as ["projector|printer", "trouble", "!donated", "by:teaching_role"]: one of two, a second, not a third, and a fourth in the author's title, team or campus. score = { "1-3" = 2.0, "administrative" = -0.5 } is added to codes, or to all codes of a priority, in natural logarithms: 2.0 makes a code about seven times as likely. alert = "campus-wide outage" tells analysts at once.

[prior] with codes, "1-*" or names of priorities: how common they are, in natural logarithms.`
}

func (lexiconCommand) Run(c *commands, s streams) error {
	if err := c.textOnly("a lexicon is TOML"); err != nil {
		return err
	}
	_, err := s.out.Write(suggest.DefaultLexiconTOML())
	return err
}
