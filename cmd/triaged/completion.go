package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

// completionCommand prints what makes a shell complete triaged's command line. The shells' parts only ask
// candidatesCommand, so that all shells complete the same, and what this very program has.
type completionCommand struct {
	Shell string `arg:"" enum:"bash,zsh,fish" help:"Which shell: ${enum}."`
}

// Help says where it goes.
func (completionCommand) Help() string {
	return `  bash: triaged completion bash > ~/.local/share/bash-completion/completions/triaged
  zsh:  triaged completion zsh > "${fpath[1]}/_triaged"
  fish: triaged completion fish > ~/.config/fish/completions/triaged.fish

Open a new shell afterwards.`
}

// shells are the parts. Where there is nothing to propose, files are.
var shells = map[string]string{
	"bash": `_triaged() {
	local IFS=$'\n'
	COMPREPLY=($(compgen -W "$(triaged completion-candidates -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null | cut -f1)" -- "${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _triaged triaged
`,
	"zsh": `#compdef triaged
_triaged() {
	local -a found
	found=("${(@f)$(triaged completion-candidates -- "${(@)words[2,CURRENT]}" 2>/dev/null | sed 's/:/\\:/g; s/\t/:/')}")
	if [[ -n "$found" ]]; then
		_describe triaged found
	else
		_files
	fi
}
if [[ $funcstack[1] == _triaged ]]; then
	_triaged "$@" # the first time, while it is loaded from fpath
else
	compdef _triaged triaged
fi
`,
	"fish": `function __triaged
	set -l words (commandline -opc) (commandline -ct)
	set -l found (triaged completion-candidates -- $words[2..-1] 2>/dev/null)
	if set -q found[1]
		printf '%s\n' $found
	else
		__fish_complete_path (commandline -ct)
	end
end
complete -c triaged -f -a '(__triaged)'
`,
}

func (l *completionCommand) Run(c *commands, s streams) error {
	if err := c.textOnly("what is printed is for a shell"); err != nil {
		return err
	}
	_, err := fmt.Fprint(s.out, shells[l.Shell])
	return err
}

// candidatesCommand prints what the last of some words may become, a line each, with a tab before what it means.
type candidatesCommand struct {
	Words []string `arg:"" optional:"" passthrough:""`
}

func (l *candidatesCommand) Run(parser *kong.Kong, s streams) error {
	words := l.Words
	if len(words) > 0 && words[0] == "--" {
		words = words[1:]
	}
	for _, c := range candidates(parser.Model.Node, words) {
		if _, err := fmt.Fprintf(s.out, "%s\t%s\n", c.word, c.help); err != nil {
			return err
		}
	}
	return nil
}

type candidate struct{ word, help string }

// candidates are what the last word may become after the others; none where a file's name or a text is expected.
func candidates(at *kong.Node, words []string) []candidate {
	if len(words) == 0 {
		words = []string{""}
	}
	before, last := words[:len(words)-1], words[len(words)-1]
	if len(before) > 0 && before[0] == "help" && at.Type == kong.ApplicationNode {
		before = before[1:]
	}
	var value *kong.Flag // that the next word is for
	positions := 0
	for _, w := range before {
		switch child := childOf(at, w); {
		case value != nil:
			value = nil
		case strings.HasPrefix(w, "-"):
			value = valueOf(at, w)
		case child != nil:
			at, positions = child, 0
		default:
			positions++
		}
	}
	var all []candidate
	add := func(word, help string) {
		if strings.HasPrefix(word, last) {
			all = append(all, candidate{word, help})
		}
	}
	switch {
	case value != nil:
		for _, choice := range choicesOf(value.Value) {
			add(choice, "")
		}
	case strings.HasPrefix(last, "-"):
		for _, f := range flagsOf(at) {
			add("--"+f.Name, f.Help)
		}
	default:
		for _, child := range at.Children {
			if !child.Hidden {
				add(child.Name, child.Help)
			}
		}
		if at.Type == kong.ApplicationNode && len(before) == 0 {
			add("help", "Explain a command.")
		}
		if positions < len(at.Positional) {
			for _, choice := range choicesOf(at.Positional[positions]) {
				add(choice, "")
			}
		}
	}
	return all
}

// choicesOf are the words that a value may have, if they are few.
func choicesOf(v *kong.Value) []string {
	if v.Enum == "" {
		return nil
	}
	return v.EnumSlice()
}

func childOf(n *kong.Node, name string) *kong.Node {
	i := slices.IndexFunc(n.Children, func(c *kong.Node) bool { return c.Name == name })
	if i < 0 {
		return nil
	}
	return n.Children[i]
}

// flagsOf are the flags that can stand at a command, its parents' included.
func flagsOf(n *kong.Node) (all []*kong.Flag) {
	for _, group := range n.AllFlags(true) {
		all = append(all, group...)
	}
	return all
}

// valueOf finds the flag that takes the word behind it as its value.
func valueOf(n *kong.Node, word string) *kong.Flag {
	for _, f := range flagsOf(n) {
		if (word == "--"+f.Name || f.Short != 0 && word == "-"+string(f.Short)) && !f.IsBool() && !f.IsCounter() {
			return f
		}
	}
	return nil
}
