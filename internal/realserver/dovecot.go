package realserver

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// The account on every Dovecot that this package starts.
const (
	User     = "support"
	Password = "secret"
)

// DovecotServer is a running Dovecot with one account.
type DovecotServer struct {
	Addr    string         // plain, and STARTTLS
	TLSAddr string         // implicit TLS
	CAFile  string         // the certificate's authority, PEM
	Roots   *x509.CertPool // the same
	Maildir string         // of the account; folders are directories such as ".Processed" in it, with a "." between levels

	id     identity
	tb     testing.TB
	serial int
}

// DovecotOptions say in which way a Dovecot differs from the ordinary.
type DovecotOptions struct {
	Prefix    string // of the personal namespace, such as "INBOX/"
	Separator string // of the hierarchy; default "/"
	Fsync     bool   // mails are written with fsync

	// Introspect is the address of an authorization server's introspection (RFC 7662): tokens that it calls active log in,
	// beside the password, by a mechanism, xoauth2 or oauthbearer. "": none do.
	Introspect, Mechanism string
}

// Dovecot starts a Dovecot with an empty account.
func Dovecot(tb testing.TB) *DovecotServer { return DovecotWith(tb, DovecotOptions{}) }

// DovecotWith starts a Dovecot that differs from the ordinary.
func DovecotWith(tb testing.TB, o DovecotOptions) *DovecotServer {
	tb.Helper()
	dovecot := program(tb, "dovecot")
	if v := version(tb, dovecot, "--version"); !strings.HasPrefix(v, "2.3.") {
		missing(tb, "Dovecot here is "+strings.TrimSpace(v)+", and only 2.3 is known how to configure")
	}
	id := serverIdentity(tb)
	dir := directory(tb, id)
	s := &DovecotServer{Maildir: filepath.Join(dir, "mail", User), CAFile: filepath.Join(dir, "cert.pem"), id: id, tb: tb}
	s.Roots = certificate(tb, dir, id)
	port, tlsPort := freePort(tb), freePort(tb)
	s.Addr, s.TLSAddr = addressOf(port), addressOf(tlsPort)
	id.write(tb, filepath.Join(dir, "passwd"), User+":{PLAIN}"+Password+":::::\n")
	conf := dovecotConf(dir, id, o, port, tlsPort)
	if o.Introspect != "" {
		conf += fmt.Sprintf(dovecotTokens, o.Mechanism, dir)
		id.write(tb, filepath.Join(dir, "oauth2.conf"), fmt.Sprintf(dovecotOAuth2, o.Introspect))
	}
	id.write(tb, filepath.Join(dir, "dovecot.conf"), conf)
	cmd := exec.Command(dovecot, "-F", "-c", filepath.Join(dir, "dovecot.conf"))
	id.become(cmd)
	start(tb, cmd).await(tb, s.Addr, "* OK")
	return s
}

// dovecotConf is in the syntax of Dovecot 2.3.
func dovecotConf(dir string, id identity, o DovecotOptions, port, tlsPort int) string {
	fsync := "never"
	if o.Fsync {
		fsync = "optimized"
	}
	if o.Separator == "" {
		o.Separator = "/"
	}
	return fmt.Sprintf(`base_dir = %[1]s/run
state_dir = %[1]s/state
log_path = %[1]s/dovecot.log
protocols = imap
listen = 127.0.0.1
default_internal_user = %[2]s
default_internal_group = %[3]s
default_login_user = %[2]s
disable_plaintext_auth = no
ssl = yes
ssl_cert = <%[1]s/cert.pem
ssl_key = <%[1]s/key.pem
mail_location = maildir:%[1]s/mail/%%u
mail_uid = %[2]s
mail_gid = %[3]s
first_valid_uid = 0
mail_fsync = %[6]s
passdb {
  driver = passwd-file
  args = scheme=PLAIN %[1]s/passwd
}
userdb {
  driver = static
  args = uid=%[4]d gid=%[5]d home=%[1]s/mail/%%u
}
service anvil {
  chroot =
}
service imap-login {
  chroot =
  inet_listener imap {
    port = %[7]d
  }
  inet_listener imaps {
    port = %[8]d
    ssl = yes
  }
}
namespace inbox {
  inbox = yes
  prefix = %[9]s
  separator = %[10]s
}
`, dir, id.user, id.group, id.uid, id.gid, fsync, port, tlsPort, o.Prefix, o.Separator)
}

// What makes Dovecot take tokens, whose owner and validity it asks for at each log-in, and refuse bad ones without delay.
const (
	dovecotTokens = `auth_failure_delay = 0
auth_mechanisms = plain %[1]s
passdb {
  driver = oauth2
  mechanisms = %[1]s
  args = %[2]s/oauth2.conf
}
service anvil {
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
`
	dovecotOAuth2 = `introspection_mode = post
introspection_url = %s
force_introspection = yes
username_attribute = username
active_attribute = active
active_value = true
`
)

// TLS is a configuration for clients.
func (s *DovecotServer) TLS() *tls.Config {
	return &tls.Config{RootCAs: s.Roots, ServerName: "localhost"}
}

// Append puts a mail, received at a time, into the inbox ("") or another folder, past IMAP, as a delivery agent does:
// written to tmp, then renamed into new. Line ends in raw may be CRLF; Maildir keeps LF, and Dovecot gives CRLF.
func (s *DovecotServer) Append(folder string, received time.Time, raw []byte) {
	s.tb.Helper()
	dir := s.Maildir
	if folder != "" {
		dir = filepath.Join(dir, "."+folder)
	}
	s.makeMaildir(dir)
	s.serial++
	name := fmt.Sprintf("%d.M%dP%d.triaged", received.Unix(), s.serial, os.Getpid())
	tmp := filepath.Join(dir, "tmp", name)
	text := strings.ReplaceAll(string(raw), "\r\n", "\n")
	s.id.write(s.tb, tmp, text)
	if err := os.Chtimes(tmp, received, received); err != nil {
		s.tb.Fatal(err)
	}
	if err := os.Rename(tmp, filepath.Join(dir, "new", name)); err != nil {
		s.tb.Fatal(err)
	}
}

func (s *DovecotServer) makeMaildir(dir string) {
	s.tb.Helper()
	if _, err := os.Stat(filepath.Join(dir, "tmp")); err == nil {
		return
	}
	for _, sub := range []string{"", "new", "cur", "tmp"} {
		path := filepath.Join(dir, sub)
		if err := os.MkdirAll(path, 0o700); err != nil {
			s.tb.Fatal(err)
		}
		s.id.give(s.tb, path)
	}
	s.id.give(s.tb, filepath.Dir(s.Maildir))
}

// Count returns how many mails are in the inbox ("") or another folder.
func (s *DovecotServer) Count(folder string) int {
	s.tb.Helper()
	dir := s.Maildir
	if folder != "" {
		dir = filepath.Join(dir, "."+folder)
	}
	count := 0
	for _, sub := range []string{"new", "cur"} {
		files, err := os.ReadDir(filepath.Join(dir, sub))
		if err != nil && !os.IsNotExist(err) {
			s.tb.Fatal(err)
		}
		count += len(files)
	}
	return count
}
