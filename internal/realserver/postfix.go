package realserver

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// SinkServer is a running smtp-sink, Postfix's server that takes every mail and delivers none.
type SinkServer struct {
	Addr string

	dir string
	tb  testing.TB
}

// SMTPSink starts an smtp-sink that writes each mail to a file.
func SMTPSink(tb testing.TB) *SinkServer {
	tb.Helper()
	sink := program(tb, "smtp-sink")
	id := serverIdentity(tb)
	s := &SinkServer{dir: directory(tb, id), tb: tb}
	s.Addr = addressOf(freePort(tb))
	cmd := exec.Command(sink, "-d", "mail.", s.Addr, "1000")
	cmd.Dir = s.dir
	id.become(cmd)
	start(tb, cmd).await(tb, s.Addr, "220 ")
	return s
}

// SunkMail is a mail that smtp-sink took.
type SunkMail struct {
	From, To string // of the envelope, with brackets
	Data     []byte // with LF line ends
}

// Mails returns what was taken so far, in no particular order.
func (s *SinkServer) Mails() []SunkMail {
	s.tb.Helper()
	files, err := filepath.Glob(filepath.Join(s.dir, "mail.*"))
	if err != nil {
		s.tb.Fatal(err)
	}
	var mails []SunkMail
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			s.tb.Fatal(err)
		}
		var m SunkMail
		for len(text) > 0 { // its own header lines stand above the mail, Received the last of them
			line, rest, _ := bytes.Cut(text, []byte("\n"))
			name, value, _ := strings.Cut(string(line), ": ")
			path, _, _ := strings.Cut(value, " ") // parameters follow, such as BODY=8BITMIME
			switch {
			case name == "X-Mail-Args":
				m.From = path
			case name == "X-Rcpt-Args":
				m.To = path
			case name == "Received", strings.HasPrefix(name, "X-"), strings.HasPrefix(name, "\t"):
			default:
				m.Data, rest = text, nil
			}
			text = rest
		}
		mails = append(mails, m)
	}
	return mails
}

// PostfixOptions say what a Postfix does with which addresses.
type PostfixOptions struct {
	// Boxes are the addresses that it delivers to, with their maildirs: absolute paths such as DovecotServer.Maildir.
	Boxes map[string]string

	// Answers are replies to recipients instead, such as "450 4.2.1 mailbox busy".
	Answers map[string]string
}

// PostfixServer is a running Postfix.
type PostfixServer struct {
	Addr  string // plain, and STARTTLS
	Roots *x509.CertPool
}

// TLS is a configuration for clients.
func (s *PostfixServer) TLS() *tls.Config {
	return &tls.Config{RootCAs: s.Roots, ServerName: "localhost"}
}

// Postfix starts a Postfix. It needs root; without, the test is skipped.
func Postfix(tb testing.TB, o PostfixOptions) *PostfixServer {
	tb.Helper()
	postfix := program(tb, "postfix")
	if os.Geteuid() != 0 {
		missing(tb, "Postfix can only be started by root")
	}
	if _, err := user.Lookup("postfix"); err != nil {
		missing(tb, "there is no user postfix on this machine")
	}
	id := serverIdentity(tb)
	dir := directory(tb, identity{}) // root's: Postfix insists
	s := &PostfixServer{Roots: certificate(tb, dir, identity{})}
	port := freePort(tb)
	s.Addr = addressOf(port)
	for _, sub := range []string{"spool", "data"} {
		if err := os.Mkdir(filepath.Join(dir, sub), 0o755); err != nil {
			tb.Fatal(err)
		}
	}
	owner, err := user.Lookup("postfix")
	if err != nil {
		tb.Fatal(err)
	}
	if out, err := exec.Command("chown", owner.Username, filepath.Join(dir, "data")).CombinedOutput(); err != nil {
		tb.Fatalf("%v: %s", err, out)
	}
	daemons := strings.TrimSpace(version(tb, program(tb, "postconf"), "-d", "-h", "daemon_directory"))
	for name, text := range map[string]string{
		"main.cf":   postfixMain(dir, daemons, filepath.Dir(postfix), id, domains(o)),
		"master.cf": postfixMaster(port),
		"boxes":     table(o.Boxes, "/"),
		"access":    table(o.Answers, ""),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			tb.Fatal(err)
		}
	}
	cmd := exec.Command(postfix, "-c", dir, "start-fg")
	identity{}.become(cmd)
	p := start(tb, cmd)
	tb.Cleanup(func() { // its master leaves the process group, so that a signal to that does not reach it
		if out, err := exec.Command(postfix, "-c", dir, "stop").CombinedOutput(); err != nil {
			tb.Errorf("stop Postfix: %v: %s", err, out)
		}
	})
	p.await(tb, s.Addr, "220 ")
	return s
}

// domains returns the domains of all addresses that Postfix is to know.
func domains(o PostfixOptions) string {
	var all []string
	for _, addresses := range []map[string]string{o.Boxes, o.Answers} {
		for address := range addresses {
			_, domain, _ := strings.Cut(address, "@")
			all = append(all, domain)
		}
	}
	slices.Sort(all)
	return strings.Join(slices.Compact(all), ", ")
}

// table writes a Postfix lookup table of the type texthash.
func table(entries map[string]string, suffix string) string {
	var b strings.Builder
	for key, value := range entries {
		fmt.Fprintf(&b, "%s %s%s\n", key, value, suffix)
	}
	return b.String()
}

func postfixMain(dir, daemons, commands string, id identity, domains string) string {
	return fmt.Sprintf(`compatibility_level = 3.6
queue_directory = %[1]s/spool
data_directory = %[1]s/data
daemon_directory = %[2]s
command_directory = %[3]s
mail_owner = postfix
setgid_group = postdrop
maillog_file = %[1]s/log
maillog_file_prefixes = %[1]s
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
myhostname = mail.school.example
mydestination =
alias_maps =
alias_database =
local_recipient_maps =
default_transport = error:nothing leaves this machine
virtual_mailbox_domains = %[6]s
virtual_mailbox_maps = texthash:%[1]s/boxes
virtual_mailbox_base = /
virtual_mailbox_limit = 0
virtual_minimum_uid = 1
virtual_uid_maps = static:%[4]d
virtual_gid_maps = static:%[5]d
smtpd_recipient_restrictions = check_recipient_access texthash:%[1]s/access, permit_mynetworks, reject
smtpd_tls_security_level = may
smtpd_tls_cert_file = %[1]s/cert.pem
smtpd_tls_key_file = %[1]s/key.pem
smtpd_client_connection_rate_limit = 0
`, dir, daemons, commands, id.uid, id.gid, domains)
}

// postfixMaster is the part of Postfix's usual services that this needs, with smtpd on a port of 127.0.0.1 and nothing in a
// chroot.
func postfixMaster(port int) string {
	return fmt.Sprintf(`127.0.0.1:%d inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
proxymap unix - - n - - proxymap
error unix - - n - - error
retry unix - - n - - error
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
`, port)
}
