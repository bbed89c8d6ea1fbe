package config

import (
	"bytes"
	"fmt"
	"os"
	"slices"
	"strings"
)

const maxSecretFile = 64 << 10 // bytes

// readLogin fills in a password that stands elsewhere. A secret file that others can read is refused: what is in it is no
// secret.
func (d *document) readLogin(path string, l *Login) {
	d.secret(path+".password_file", l.PasswordFile, path+".password_env", l.PasswordEnv, &l.Password)
	if o := l.OAuth2; o != nil {
		d.secret(path+".oauth2.client_secret_file", o.ClientSecretFile,
			path+".oauth2.client_secret_env", o.ClientSecretEnv, &o.ClientSecret)
	}
}

func (d *document) secret(fileKey, file, envKey, env string, into *Secret) {
	if file != "" {
		if text, ok := d.secretFile(fileKey, file); ok {
			*into = Secret{text}
		}
	}
	if env != "" {
		if text := os.Getenv(env); text != "" {
			*into = Secret{text}
		} else {
			d.wrong(envKey, fmt.Sprintf("the environment variable %s is not set", env), "")
		}
	}
}

// secretFile returns the first line of a file that only its owner can read.
func (d *document) secretFile(key, file string) (string, bool) {
	shared, err := isShared(file)
	if err == nil && shared {
		d.wrong(key, file+" can be read by others", "mend it with: chmod 600 "+shellWord(file))
		return "", false
	}
	var data []byte
	if err == nil {
		data, err = readFile(file, maxSecretFile)
	}
	if err != nil {
		d.wrong(key, fmt.Sprintf("cannot read %s: %s", file, reason(err)), "")
		return "", false
	}
	line, _, _ := bytes.Cut(data, []byte("\n"))
	text := strings.TrimRight(string(line), "\r")
	if text == "" {
		d.wrong(key, file+" is empty", "put the secret in its first line")
		return "", false
	}
	return text, true
}

// isShared tells whether more than its owner may read a file.
func isShared(file string) (bool, error) {
	info, err := os.Stat(file)
	return err == nil && info.Mode().Perm()&0o077 != 0, err
}

// shellWord quotes a file name where a shell would not take it as it is.
func shellWord(s string) string {
	if strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./") == "" {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// warnOfInline: a password in a file that others can read is not refused, since the file is not only a secret's, but
// it is not passed over either.
func (d *document) warnOfInline(c *Config) {
	var keys []string
	look := func(path string, l *Login) {
		if !l.Password.IsEmpty() && l.PasswordFile == "" && l.PasswordEnv == "" {
			keys = append(keys, path+".password")
		}
		if o := l.OAuth2; o != nil && !o.ClientSecret.IsEmpty() && o.ClientSecretFile == "" && o.ClientSecretEnv == "" {
			keys = append(keys, path+".oauth2.client_secret")
		}
	}
	for i := range c.Mailboxes {
		look(fmt.Sprintf("mailbox[%d]", i), &c.Mailboxes[i].Login)
	}
	look("smtp", &c.SMTP.Login)
	if len(keys) == 0 {
		return
	}
	slices.Sort(keys)
	c.Warnings = append(c.Warnings, Problem{d.file, d.lines.of(keys[0]), plain(keys[0]),
		plain(keys[0]) + ": stands in a file that others can read", "mend it with: chmod 600 " + shellWord(d.file)})
}
