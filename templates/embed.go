// Package templates holds the words of the bot's mails: a folder a mail kind, with its subject, its text and its HTML form
// in each language, and a folder of blocks that they share. Package compose reads them, and says in its views what they
// may use. A desk's own directory with files of the same names replaces them one by one.
package templates

import "embed"

// Files is the built-in templates.
//
//go:embed answer acknowledgement notice reminder digest receipt confirmation categorized resolved merged outage burst refusal plain work shared
var Files embed.FS
