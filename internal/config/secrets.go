package config

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

const (
	maxSecret   = 64 << 10         // bytes
	commandTime = 30 * time.Second // for a command that prints a secret
)

// source is one secret and the places where it may stand instead of in the configuration itself.
type source struct {
	key        string // "mailbox[0].password"; the other keys are made of it: "mailbox[0].password_file", …
	secret     *Secret
	file, env  string
	credential string
	command    []string
	whole      bool // the secret is more than the first line
}

func (l *Login) source(path string) source {
	return source{key: path + ".password", secret: &l.Password, file: l.PasswordFile, env: l.PasswordEnv,
		credential: l.PasswordCredential, command: l.PasswordCommand}
}

func (o *OAuth2) source(path string) source {
	return source{key: path + ".client_secret", secret: &o.ClientSecret, file: o.ClientSecretFile, env: o.ClientSecretEnv,
		credential: o.ClientSecretCredential, command: o.ClientSecretCommand}
}

// keySource is the service account's key: a whole file.
func (o *OAuth2) keySource(path string) source {
	return source{key: path + ".service_account", secret: &o.ServiceAccount.file, file: o.ServiceAccountFile,
		credential: o.ServiceAccountCredential, whole: true}
}

// sources are all secrets of a login.
func (l *Login) sources(path string) []source {
	all := []source{l.source(path)}
	if l.OAuth2 != nil {
		all = append(all, l.OAuth2.source(path+".oauth2"), l.OAuth2.keySource(path+".oauth2"))
	}
	return all
}

// given lists the keys that are set.
func (s source) given() (keys []string) {
	for _, place := range []struct {
		suffix string
		set    bool
	}{
		{"", !s.secret.IsEmpty()}, {"_command", len(s.command) > 0}, {"_credential", s.credential != ""},
		{"_env", s.env != ""}, {"_file", s.file != ""},
	} {
		if place.set {
			keys = append(keys, s.key+place.suffix)
		}
	}
	return keys
}

// credentialName: what the service manager calls a credential is a file's name (systemd.exec(5), LoadCredential=).
func (d *document) credentialName(s source) {
	if name := s.credential; name != "" && name != filepath.Base(name) || name == ".." || name == "." {
		d.wrong(s.key+"_credential", fmt.Sprintf("%q is not the name of a credential", name),
			"write what stands between LoadCredential= and the colon")
	}
}

// readSecrets fills in the secrets that stand elsewhere, and looks at where the others stand.
func (d *document) readSecrets(c *Config) {
	d.inline(c)
	for _, a := range c.accounts() {
		for _, s := range a.login.sources(a.path) {
			if given := s.given(); len(given) == 1 { // several are a mistake that is told already
				d.readSecret(s)
			}
		}
		d.serviceAccount(a.path+".oauth2", a.login.OAuth2)
	}
}

func (d *document) readSecret(s source) {
	var data []byte
	var key, where string
	var err error
	switch {
	case s.file != "":
		key, where = s.key+"_file", s.file
		data, err = d.secretFile(key, s.file, 0o077)
	case s.env != "":
		key, where = s.key+"_env", "the environment variable "+s.env
		if data = []byte(os.Getenv(s.env)); len(data) == 0 {
			d.wrong(key, where+" is not set", "")
			return
		}
	case s.credential != "":
		key, where = s.key+"_credential", "the credential "+s.credential
		data, err = d.credential(key, s.credential)
	case len(s.command) > 0:
		key, where = s.key+"_command", s.command[0]
		data, err = d.commandOutput(s.command)
	default:
		return
	}
	line, _, _ := bytes.Cut(data, []byte("\n"))
	text := strings.TrimRight(string(line), "\r")
	if s.whole {
		text = string(data)
	}
	switch {
	case err != nil:
		d.wrong(key, fmt.Sprintf("cannot read %s: %s", where, reason(err)), "")
	case text == "":
		d.wrong(key, where+" is empty", "put the secret in its first line")
	default:
		*s.secret = Secret{text}
	}
}

// secretFile reads a file that nobody of others may read: what is in such a file is no secret. It says so itself.
func (d *document) secretFile(key, file string, others os.FileMode) ([]byte, error) {
	shared, err := isShared(file, others)
	if err == nil && shared {
		d.wrong(key, file+" can be read by others", "mend it with: chmod 600 "+shellWord(file))
	}
	if err != nil || shared {
		return nil, err
	}
	return readFile(file, maxSecret)
}

// credential reads what the service manager handed over. It is for this service's user alone; where that is done by an
// access list, the group's bits say nothing, for they are its mask.
func (d *document) credential(key, name string) ([]byte, error) {
	dir := os.Getenv("CREDENTIALS_DIRECTORY")
	if dir == "" {
		return nil, errors.New("the service manager handed over none ($CREDENTIALS_DIRECTORY is not set)")
	}
	return d.secretFile(key, filepath.Join(dir, name), 0o007)
}

// commandOutput runs a command for the secret that it prints. What it says besides goes nowhere: it could be the secret.
func (d *document) commandOutput(command []string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(context.Background(), commandTime)
	defer cancel()
	run := exec.CommandContext(ctx, command[0], command[1:]...)
	out := &capped{limit: maxSecret}
	run.Dir, run.Stdout, run.WaitDelay = filepath.Dir(d.file), out, time.Second
	err := run.Run()
	var ended *exec.ExitError
	switch {
	case ctx.Err() != nil:
		return nil, fmt.Errorf("it did not end within %v", commandTime)
	case errors.As(err, &ended):
		return nil, fmt.Errorf("it ended with %v: run it by hand, as the bot's user, to see why", ended)
	case err != nil:
		return nil, errors.New(strings.TrimPrefix(err.Error(), "exec: "))
	}
	return out.Bytes(), nil
}

// capped keeps the beginning of what is written to it.
type capped struct {
	bytes.Buffer
	limit int
}

func (c *capped) Write(b []byte) (int, error) {
	c.Buffer.Write(b[:min(len(b), max(0, c.limit-c.Len()))])
	return len(b), nil
}

// isShared tells whether any of the permissions of others are given for a file.
func isShared(file string, others os.FileMode) (bool, error) {
	info, err := os.Stat(file)
	return err == nil && info.Mode().Perm()&others != 0, err
}

// shellWord quotes a file name where a shell would not take it as it is.
func shellWord(s string) string {
	if strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./") == "" {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// inline looks for secrets in the configuration itself, if others can read it. One that opens a server elsewhere is refused
// where everybody can read it; one that the group can read, or that opens only a server on this machine, is warned of.
func (d *document) inline(c *Config) {
	shared, err := isShared(d.file, 0o077)
	if err != nil || !shared {
		return
	}
	open, _ := isShared(d.file, 0o007)
	hint, warned := "mend it with: chmod 600 "+shellWord(d.file), false
	for _, a := range c.accounts() {
		for _, s := range a.login.sources(a.path) {
			key := plain(s.key)
			switch {
			case s.secret.IsEmpty():
			case open && !a.local():
				d.wrong(s.key, "stands in a file that everybody can read", hint)
			case !warned:
				warned = true
				c.Warnings = append(c.Warnings, Problem{d.file, d.lines.of(s.key), key, key + ": stands in a file that others can read", hint})
			}
		}
	}
}

// local tells whether the server is on this machine.
func (a account) local() bool {
	host := a.address[:max(0, strings.LastIndexByte(a.address, ':'))]
	return isLoopback(strings.Trim(host, "[]"))
}

// Credentials are the names of those secrets that a service manager is to hand over, each once.
func (c *Config) Credentials() []string {
	var names []string
	for _, a := range c.accounts() {
		for _, s := range a.login.sources(a.path) {
			if s.credential != "" {
				names = append(names, s.credential)
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}
