// Command triaged is a mail bot for a service desk: it turns every mail to one support mailbox into a numbered request,
// and makes sure that somebody categorizes it in time.
//
// This package knows the command line: what is asked for, where to ask it, and how to print the answer. What is decided
// stands in the packages below internal.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"regexp"
	"strings"
	"syscall"
	"time"

	"github.com/alecthomas/kong"

	"triaged/internal/config"
	"triaged/internal/control"
	"triaged/internal/strict"

	_ "time/tzdata" // the desk's time zone must be known on a machine without zone files
)

// commands is the command line: one field a subcommand, each in a file of its own.
type commands struct {
	Config string `short:"c" default:"config.toml" placeholder:"FILE" help:"The configuration (default: config.toml)."`
	JSON   bool   `name:"json" help:"Print JSON Lines, one object a line, for scripts."`

	zone *time.Location // the desk's; known once something was asked

	Demo     demoCommand     `cmd:"" help:"See it work: a small school, its mails, the real bot, in one minute and on no mail server."`
	Run      runCommand      `cmd:"" help:"Run the bot: watch the mailboxes, answer, remind."`
	Settings configCommand   `cmd:"" name:"config" help:"Print an example configuration, or check one."`
	Login    loginCommand    `cmd:"" help:"Sign in once for a log-in by OAuth2."`
	Chart    chartCommand    `cmd:"" help:"Print the categorization chart."`
	Lexicon  lexiconCommand  `cmd:"" help:"Print the lexicon that suggestions start from; its help says how to add to it."`
	File     fileCommand     `cmd:"" help:"Enter a request for somebody who called."`
	List     listCommand     `cmd:"" help:"List requests in the order to work them."`
	Show     showCommand     `cmd:"" help:"Show one request: its events and mails."`
	Why      whyCommand      `cmd:"" help:"Explain when a request is due, step by step."`
	Do       doCommand       `cmd:"" help:"Carry out a command such as '#1-3' on a request."`
	Digest   digestCommand   `cmd:"" help:"Show the digest of the uncategorized queue, or send it now."`
	Report   reportCommand   `cmd:"" help:"Say how well the procedure was kept in a span of days."`
	Parse    parseCommand    `cmd:"" help:"Show how a mail is read."`
	Suggest  suggestCommand  `cmd:"" help:"Show which codes a mail would be suggested."`
	Evaluate evaluateCommand `cmd:"" help:"Measure how right the suggestions are."`
	Ledger   ledgerCommand   `cmd:"" help:"List what became of every received mail."`
	Outbox   outboxCommand   `cmd:"" help:"List outgoing mail, and deal with what is stuck."`

	Keys        keysCommand        `cmd:"" help:"List, change or revoke the keys that tokens are signed with."`
	Unreachable unreachableCommand `cmd:"" help:"List whom the bot's mail does not reach."`

	Status     statusCommand     `cmd:"" help:"Say how the bot is."`
	Metrics    metricsCommand    `cmd:"" help:"List the figures that the bot serves to a monitoring system."`
	Templates  templatesCommand  `cmd:"" help:"List the built-in templates of mails, or print one."`
	Completion completionCommand `cmd:"" help:"Print what makes a shell complete commands."`
	Candidates candidatesCommand `cmd:"" hidden:"" name:"completion-candidates" help:"What the shells ask."`

	Quarantine quarantineCommand `cmd:"" help:"List received mail that nothing could be done with, and deal with it."`

	Doctor  doctorCommand    `cmd:"" help:"Look at all that can keep the bot from working, and say what to do."`
	Check   checkCommand     `cmd:"" help:"Prove that the state is whole."`
	Service serviceCommand   `cmd:"" help:"Print a systemd unit that runs the bot."`
	Backup  backupCommand    `cmd:"" help:"Copy the state and the raw mails to a safe place, while the bot runs or not."`
	Restore restoreCommand   `cmd:"" help:"Put a backup into an empty data directory."`
	Compact compactCommand   `cmd:"" help:"Write the state file anew, without the room of what was removed."`
	Export  exportCommand    `cmd:"" help:"Write requests and their mails in forms that other programs read."`
	Import  importCommand    `cmd:"" help:"Take over the tickets of another system."`
	Retain  retainCommand    `cmd:"" help:"Remove what is older than the configuration lets it grow, or say what would go."`
	Forget  forgetCommand    `cmd:"" help:"Remove what somebody wrote."`
	Legal   legalHoldCommand `cmd:"" name:"legal-hold" help:"Keep a request or a person's data from being removed."`
	Version versionCommand   `cmd:"" help:"Print the version, and how it was built."`
}

// Exit statuses.
const (
	exitOK     = 0
	exitFailed = 1 // what was asked for failed, or was refused
	exitUsage  = 2
)

// errRefused ends a command with exitFailed after it has printed why.
var errRefused = errors.New("refused")

// streams is where a command reads and writes.
type streams struct {
	in       io.Reader
	out, err io.Writer
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], streams{os.Stdin, os.Stdout, os.Stderr}))
}

const description = `A mail bot for a service desk: every mail becomes a numbered request, categorized in time and worked in order.

Start with "triaged demo". Then "triaged config example > config.toml", edit it, "triaged config check", "triaged run". All
other commands work while the bot runs, and while it does not.

Exit status: 0 done, 1 failed or refused, 2 a mistake on the command line.`

// run is the whole program but for the process around it.
func run(ctx context.Context, args []string, s streams) int {
	var c commands
	parser, err := kong.New(&c,
		kong.Name("triaged"),
		kong.Description(description),
		kong.Writers(s.out, s.err),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
		kong.Exit(func(code int) { panic(exit(code)) }),
	)
	if err != nil {
		fmt.Fprintln(s.err, "triaged:", err)
		return exitFailed
	}
	return guarded(func() int { return execute(ctx, parser, &c, args, s) })
}

// exit is how kong leaves, after printing help.
type exit int

func guarded(f func() int) (code int) {
	defer func() {
		if r := recover(); r != nil {
			e, ok := r.(exit)
			if !ok {
				panic(r)
			}
			code = int(e)
		}
	}()
	return f()
}

func execute(ctx context.Context, parser *kong.Kong, c *commands, args []string, s streams) int {
	if len(args) == 0 {
		args = []string{"--help"}
	}
	switch args[0] {
	case "help":
		args = append(args[1:], "--help")
	case "--version":
		args[0] = "version"
	}
	parsed, err := parser.Parse(args)
	if err != nil {
		fmt.Fprintf(s.err, "triaged: %s\n%s\n", printableText(withNear(err)), usage(err))
		return exitUsage
	}
	parsed.BindTo(ctx, (*context.Context)(nil))
	parsed.Bind(c, s, parser)
	switch err := parsed.Run(); {
	case err == nil:
		return exitOK
	case errors.Is(err, errRefused):
		return exitFailed
	case errors.As(err, new(usageError)), errors.As(err, new(control.Mistake)):
		fmt.Fprintf(s.err, "triaged: %s\n%s\n", printableText(err.Error()), usageOf(parsed.Selected()))
		return exitUsage
	case errors.Is(err, context.Canceled) && ctx.Err() != nil:
		return exitFailed // whoever pressed Ctrl-C knows
	case errors.As(err, new(*config.Problems)):
		fmt.Fprintln(s.err, printableText(err.Error())) // each line begins with file and line
		return exitFailed
	default:
		fmt.Fprintln(s.err, "triaged:", printableText(err.Error()))
		return exitFailed
	}
}

// usage is the hint that follows a mistake on the command line: how the command is used, as far as it is known which.
func usage(err error) string {
	var mistake *kong.ParseError
	if errors.As(err, &mistake) && mistake.Context != nil {
		if node := mistake.Context.Selected(); node != nil {
			return usageOf(node)
		}
	}
	return "The commands are listed by: triaged help"
}

func usageOf(node *kong.Node) string {
	return fmt.Sprintf("Usage: triaged %s. More: triaged help %s", node.Summary(), strings.TrimPrefix(node.Path(), "triaged "))
}

var (
	noneOf     = regexp.MustCompile(`must be one of (.*) but got "(.*)"$`)
	unexpected = regexp.MustCompile(`^unexpected argument (\S+)$`)
)

// withNear is a mistake on the command line with the word that was probably meant, where the parser does not say it.
func withNear(err error) string {
	text := err.Error()
	var mistake *kong.ParseError
	near := ""
	if m := noneOf.FindStringSubmatch(text); m != nil {
		near = strict.Nearest(m[2], strings.Split(strings.ReplaceAll(m[1], `"`, ""), ","))
	} else if m := unexpected.FindStringSubmatch(text); m != nil && errors.As(err, &mistake) && mistake.Context != nil {
		if at := mistake.Context.Selected(); at != nil && at.Parent != nil && at.Parent.DefaultCmd == at {
			var known []string // beside the default subcommand, which the parser takes for meant
			for _, other := range at.Parent.Children {
				known = append(known, other.Name)
			}
			near = strict.Nearest(m[1], known)
		}
	}
	if near == "" {
		return text
	}
	return fmt.Sprintf("%s, did you mean %q?", text, near)
}

// textOnly refuses --json where what is printed has a form of its own: a script must not get text when it asked for JSON.
func (c *commands) textOnly(what string) error {
	if c.JSON {
		return usageError{fmt.Errorf("--json: %s", what)}
	}
	return nil
}

// usageError is a mistake on the command line that only the command itself could see.
type usageError struct{ error }
