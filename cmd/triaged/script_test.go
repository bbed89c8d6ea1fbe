package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/alecthomas/kong"
	"github.com/rogpeppe/go-internal/testscript"

	"triaged/internal/inprocess"
)

// In scripts, triaged is this test binary under another name: the whole program, in a process of its own.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"triaged": main})
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(env *testscript.Env) error {
			// The machine's zone is not the desk's: what shows the one for the other is found.
			env.Setenv("TZ", "Asia/Tokyo")
			env.Setenv("NO_COLOR", "")
			env.Setenv("GORACE", "atexit_sleep_ms=10") // else each of many commands lasts a second under the race detector
			return servers(env)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"daemon": startDaemon, "logged": logged, "hangup": hangUp, "told": told, "halt": stopDaemon, "deliver": deliver, "json": jsonFields,
			"cutfile": cutFile, "spoil": spoil, "usage": usageMistake, "secret": secretFrom, "unsaid": unsaid,
			"mistakes": mistakes, "failures": failures, "jsonlines": jsonLines,
		},
	})
}

type key string

const (
	imapKey   key = "imap"
	daemonKey key = "daemon"
)

// servers starts an IMAP and an SMTP server for a script, and writes the config.toml that leads to them.
func servers(env *testscript.Env) error {
	users := map[string]string{"support": "secret", "guarded": guardedPassword}
	auth := inprocess.NewAuthorization(inprocess.AuthorizationOptions{ClientID: "bot", ClientSecret: guardedPassword})
	tokens := inprocess.TokenLogin{Valid: auth.Valid}
	imap := inprocess.NewIMAP(inprocess.IMAPOptions{Token: tokens}, users)
	smtp := inprocess.NewSMTP(inprocess.SMTPOptions{Token: tokens, Users: users})
	env.Values[imapKey] = imap
	env.Values[daemonKey] = &running{}
	env.Defer(func() { imap.Close(); smtp.Close(); auth.Close() })
	var addresses [3]string
	for i, serve := range []func(net.Listener) error{imap.Serve, smtp.Serve, auth.Serve} {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		addresses[i] = l.Addr().String()
		go serve(l)
	}
	env.Setenv("AUTHORIZATION", "http://"+addresses[2])
	text := fmt.Sprintf(configuration, addresses[0], addresses[1])
	return os.WriteFile(filepath.Join(env.WorkDir, "config.toml"), []byte(text), 0o600)
}

const configuration = `[desk]
address = "support@school.example"
timezone = "America/Chicago"
authserv_id = "mx.school.example"

[[mailbox]]
name = "support"
address = %q
security = "none"
username = "support"
password = "secret"
poll_interval = "5s"

[smtp]
address = %q
security = "none"
username = "support"
password = "secret"

[notify]
new_request = ["kim@school.example"]
operator = ["sam@school.example"]

[[staff]]
address = "kim@school.example"
name = "Kim Tran"
role = "technician"

[[staff]]
address = "lee@school.example"
name = "Lee Okafor"
role = "analyst"

[[staff]]
address = "ruth@school.example"
name = "Ruth Salazar"
role = "supervisor"
`

// running is a daemon with its log.
type running struct {
	process *exec.Cmd
	log     *bufio.Scanner
	manager *net.UnixConn // what it tells its service manager
	logged  bytes.Buffer  // all of it so far
}

// startDaemon runs `triaged run` and goes on once it says that it is running.
func startDaemon(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) > 0 {
		ts.Fatalf("usage: daemon")
	}
	path, err := exec.LookPath("triaged")
	ts.Check(err)
	d := ts.Value(daemonKey).(*running)
	d.process = exec.Command(path, "run", "-c", ts.MkAbs("config.toml"))
	if d.manager == nil {
		address := &net.UnixAddr{Name: ts.MkAbs("notify"), Net: "unixgram"}
		d.manager, err = net.ListenUnixgram("unixgram", address)
		ts.Check(err)
		ts.Defer(func() { d.manager.Close() })
	}
	d.process.Env = append(os.Environ(), "NOTIFY_SOCKET="+ts.MkAbs("notify"), "TZ="+ts.Getenv("TZ"), "CREDENTIALS_DIRECTORY="+ts.Getenv("CREDENTIALS_DIRECTORY"),
		"TRIAGED_SECRET="+ts.Getenv("TRIAGED_SECRET"))
	out, err := d.process.StderrPipe()
	ts.Check(err)
	d.log = bufio.NewScanner(io.TeeReader(out, &d.logged))
	ts.Check(d.process.Start())
	process := d.process // a script may start another
	ts.Defer(func() {
		process.Process.Kill()
		process.Wait()
	})
	logged(ts, false, []string{`"msg":"running"`})
}

// logged waits until the daemon has logged a line that matches.
func logged(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: logged PATTERN")
	}
	d := ts.Value(daemonKey).(*running)
	pattern := regexp.MustCompile(args[0])
	defer killAfterAMinute(d.process.Process).Stop()
	for d.log.Scan() {
		if ts.Logf("%s", d.log.Text()); pattern.Match(d.log.Bytes()) {
			return
		}
	}
	ts.Fatalf("the daemon ended without logging %q", args[0])
}

// killAfterAMinute ends a script that waits in vain for what the daemon does not do.
func killAfterAMinute(daemon *os.Process) *time.Timer {
	return time.AfterFunc(time.Minute, func() { daemon.Kill() })
}

// stopDaemon ends it as an init system does, and asks for a clean exit. It cannot be called "stop": that would end the
// script.
func stopDaemon(ts *testscript.TestScript, neg bool, args []string) {
	d := ts.Value(daemonKey).(*running)
	ts.Check(d.process.Process.Signal(syscall.SIGTERM))
	defer killAfterAMinute(d.process.Process).Stop()
	for d.log.Scan() {
		ts.Logf("%s", d.log.Text())
	}
	ts.Check(d.process.Wait())
}

// told waits until the daemon has told its service manager a state.
func told(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: told STATE")
	}
	manager := ts.Value(daemonKey).(*running).manager
	ts.Check(manager.SetReadDeadline(time.Now().Add(time.Minute)))
	for b := make([]byte, 4096); ; {
		n, err := manager.Read(b)
		ts.Check(err)
		if ts.Logf("manager: %q", b[:n]); strings.Contains(string(b[:n]), args[0]) {
			return
		}
	}
}

// hangUp tells the daemon to read its configuration again.
func hangUp(ts *testscript.TestScript, neg bool, args []string) {
	ts.Check(ts.Value(daemonKey).(*running).process.Process.Signal(syscall.SIGHUP))
}

// deliver puts a mail into the desk's mailbox, as received now.
func deliver(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: deliver FILE")
	}
	mail := strings.ReplaceAll(ts.ReadFile(args[0]), "\n", "\r\n")
	user := "support"
	if strings.Contains(ts.ReadFile("config.toml"), `"guarded"`) {
		user = "guarded"
	}
	_, err := ts.Value(imapKey).(*inprocess.IMAP).Append(user, "INBOX", time.Now(), []byte(mail))
	ts.Check(err)
}

// cutFile cuts a file after so many bytes, as a full disk or a bad copy does.
func cutFile(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: cutfile FILE BYTES")
	}
	size, err := strconv.ParseInt(args[1], 10, 64)
	ts.Check(err)
	ts.Check(os.Truncate(ts.MkAbs(args[0]), size))
}

// spoil changes a byte of a file, wherever a text stands in it.
func spoil(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: spoil FILE TEXT")
	}
	content := ts.ReadFile(args[0])
	if !strings.Contains(content, args[1]) {
		ts.Fatalf("%s does not hold %q", args[0], args[1])
	}
	spoiled := strings.ReplaceAll(content, args[1], args[1][:len(args[1])-1]+"~")
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(spoiled), 0o600))
}

// jsonFields checks the standard output of the last command against the contract: json NAME [ROWS].
func jsonFields(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: json NAME ROWS")
	}
	lines := bytes.Split(bytes.TrimSuffix([]byte(ts.ReadFile("stdout")), []byte("\n")), []byte("\n"))
	if got := fmt.Sprint(len(lines)); got != args[1] {
		ts.Fatalf("%s lines instead of %s", got, args[1])
	}
	for _, line := range lines {
		if problem := checkRow(contract[args[0]], line); problem != "" {
			ts.Fatalf("%s: %s in %s", args[0], problem, line)
		}
	}
}

// usageMistake runs triaged with arguments that it cannot take, and asks for status 2 with nothing on standard output.
func usageMistake(ts *testscript.TestScript, neg bool, args []string) {
	err := ts.Exec("triaged", args...)
	var ended *exec.ExitError
	if !errors.As(err, &ended) || ended.ExitCode() != exitUsage {
		ts.Fatalf("it ended with %v instead of status %d", err, exitUsage)
	}
	if out := ts.ReadFile("stdout"); out != "" {
		ts.Fatalf("it printed %q", out)
	}
}

// typed runs each line of a file, "ARGUMENTS | WORDS", and asks for a status and for words on standard error.
func typed(ts *testscript.TestScript, file string, status int) {
	for line := range strings.Lines(ts.ReadFile(file)) {
		arguments, words, ok := strings.Cut(strings.TrimSpace(line), "|")
		if !ok {
			ts.Fatalf("%q says nothing of what is said", line)
		}
		err := ts.Exec("triaged", strings.Fields(arguments)...)
		var ended *exec.ExitError
		if !errors.As(err, &ended) || ended.ExitCode() != status {
			ts.Fatalf("%s: it ended with %v instead of status %d", arguments, err, status)
		}
		if said := ts.ReadFile("stderr"); !strings.Contains(said, strings.TrimSpace(words)) {
			ts.Fatalf("%s: it said %q", arguments, said)
		}
		if out := ts.ReadFile("stdout"); status == exitUsage && out != "" {
			ts.Fatalf("%s: it printed %q", arguments, out)
		}
		if said := ts.ReadFile("stderr"); status == exitUsage && !regexp.MustCompile(`(?m)^(Usage: triaged|The commands are listed by)`).MatchString(said) {
			ts.Fatalf("%s: there is no hint in %q", arguments, said)
		}
	}
}

func mistakes(ts *testscript.TestScript, neg bool, args []string) { typed(ts, args[0], exitUsage) }
func failures(ts *testscript.TestScript, neg bool, args []string) { typed(ts, args[0], exitFailed) }

// jsonLines runs each line of a file with --json, and asks for nothing on standard output but objects, a line each.
func jsonLines(ts *testscript.TestScript, neg bool, args []string) {
	for line := range strings.Lines(ts.ReadFile(args[0])) {
		err := ts.Exec("triaged", append(strings.Fields(line), "--json")...)
		var ended *exec.ExitError
		if errors.As(err, &ended) && ended.ExitCode() != exitFailed {
			ts.Fatalf("%s ended with %v", line, err)
		}
		for printed := range strings.Lines(ts.ReadFile("stdout")) {
			var object map[string]any
			if err := json.Unmarshal([]byte(printed), &object); err != nil {
				ts.Fatalf("%s printed %q", line, printed)
			}
		}
	}
}

// TestEveryCommandHasAMistake: exits.txtar knows all commands.
func TestEveryCommandHasAMistake(t *testing.T) {
	script, err := os.ReadFile("testdata/script/exits.txtar")
	if err != nil {
		t.Fatal(err)
	}
	parser, err := kong.New(&commands{}, kong.Name("triaged"))
	if err != nil {
		t.Fatal(err)
	}
	for _, leaf := range parser.Model.Leaves(true) {
		path := strings.TrimPrefix(leaf.Path(), "triaged ")
		if !regexp.MustCompile(`(?m)^` + path + `\b`).Match(script) {
			t.Errorf("no mistake or failure of %q is tried", path)
		}
	}
}

// guardedPassword is the password of the user of the same name, as no text but a leak has it.
const guardedPassword = "xK7-vq2pLw9"

// secretFrom makes the configuration log in as guarded, with the password from where a line says, and checks it.
func secretFrom(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: secret KEY = VALUE")
	}
	config := ts.ReadFile("config.toml")
	for _, user := range []string{"support", "guarded"} {
		config = regexp.MustCompile(`username = "`+user+`"\n.*`).ReplaceAllString(config, "username = \"guarded\"\n"+strings.Join(args, " "))
	}
	ts.Check(os.WriteFile(ts.MkAbs("config.toml"), []byte(config), 0o600))
}

// unsaid looks for the guarded password in what the last command printed, in what the daemon logged, and in its state.
func unsaid(ts *testscript.TestScript, neg bool, args []string) {
	look := func(where string, text []byte) {
		if bytes.Contains(text, []byte(guardedPassword)) {
			ts.Fatalf("%s tells the password", where)
		}
	}
	look("standard output", []byte(ts.ReadFile("stdout")))
	look("standard error", []byte(ts.ReadFile("stderr")))
	look("the log", ts.Value(daemonKey).(*running).logged.Bytes())
	ts.Check(filepath.WalkDir(ts.MkAbs("data"), func(path string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return nil // there is no state yet
		}
		text, err := os.ReadFile(path)
		look(path, text)
		return err
	}))
}

// testscript's own "stop" ends a script in the middle, and all that stands behind it holds.
func TestNoScriptEndsInItsMiddle(t *testing.T) {
	scripts, err := filepath.Glob("testdata/script/*.txtar")
	if err != nil || len(scripts) == 0 {
		t.Fatal(scripts, err)
	}
	for _, path := range scripts {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if regexp.MustCompile(`(?m)^stop\b`).Match(text) {
			t.Errorf("%s says stop, which ends it there: halt ends the daemon", path)
		}
	}
}
