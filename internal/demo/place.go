package demo

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"time"

	"triaged/internal/config"
	"triaged/internal/demo/school"
	"triaged/internal/inprocess"
	"triaged/internal/memnet"
)

// place is where the demo happens: servers, and the configuration that leads the bot to them.
type place struct {
	imap   *inprocess.IMAP
	smtp   *inprocess.SMTP
	config *config.Config
	file   string // the configuration's
	dial   func(ctx context.Context, network, address string) (net.Conn, error)
	hosts  [2]string // of IMAP and SMTP, with ports
}

// password is everybody's.
const password = "demo"

// The ports that are tried first: those of the protocols, with a 1 before them.
var ports = [2]string{"127.0.0.1:1143", "127.0.0.1:1587"}

// open starts the servers and writes the school's configuration. Unless they are to be served to others they are reached
// in memory only, so that no port of the machine is used.
func open(data string, serve bool, take func(inprocess.Received) error) (*place, error) {
	users := map[string]string{"support": password}
	for _, person := range school.People() {
		users[person.Address] = password
	}
	certificate, err := inprocess.NewCertificate("localhost", "127.0.0.1")
	if err != nil {
		return nil, err
	}
	p := &place{
		imap:  inprocess.NewIMAP(inprocess.IMAPOptions{TLS: certificate.Server}, users),
		smtp:  inprocess.NewSMTP(inprocess.SMTPOptions{TLS: certificate.Server, Users: users, UTF8: true, OnMail: take}),
		hosts: ports,
	}
	if err := p.start(serve); err != nil {
		p.close()
		return nil, err
	}
	for _, person := range school.People() {
		for _, folder := range []string{"Drafts", "Sent", "Trash"} { // what mail programs look for
			if err := p.imap.Create(person.Address, folder); err != nil {
				p.close()
				return nil, err
			}
		}
	}
	return p, p.configure(data)
}

func (p *place) start(serve bool) error {
	listen := func(address string) (net.Listener, error) {
		l, err := net.Listen("tcp", address)
		if err != nil { // somebody else has the port
			l, err = net.Listen("tcp", "127.0.0.1:0")
		}
		return l, err
	}
	if !serve {
		network := new(memnet.Network)
		p.dial = network.Dial
		listen = network.Listen
	}
	for i, serve := range []func(net.Listener) error{p.imap.Serve, p.smtp.Serve} {
		l, err := listen(p.hosts[i])
		if err != nil {
			return fmt.Errorf("the demo's servers cannot listen: %w", err)
		}
		p.hosts[i] = l.Addr().String()
		go serve(l)
	}
	return nil
}

func (p *place) close() {
	p.imap.Close()
	p.smtp.Close()
}

func (p *place) configure(data string) error {
	people := filepath.Join(data, "people.csv")
	if err := os.WriteFile(people, school.Directory(), 0o600); err != nil {
		return err
	}
	text := school.Configuration(school.Servers{
		IMAP: p.hosts[0], SMTP: p.hosts[1], Security: config.NoTLS, Username: "support", Password: password,
		DataDir: filepath.Join(data, "data"), Directory: people,
	})
	p.file = filepath.Join(data, "config.toml")
	err := os.WriteFile(p.file, text, 0o600)
	if err != nil {
		return err
	}
	if p.config, err = config.Load(p.file); err != nil {
		return err
	}
	p.config.Mailboxes[0].PollInterval = config.Duration(time.Second) // on the wall's clock: nobody wants to wait for a mail
	return nil
}

// invite tells how to take part with a mail program.
func (p *place) invite(out io.Writer, shell string) {
	fmt.Fprintf(out, `
The school stays open, and its clock runs like yours now. Take part with any mail program:

  IMAP      %s
  SMTP      %s
  security  none (or STARTTLS, with a certificate that nobody signed)
  user      the address, as below
  password  %s

`, p.hosts[0], p.hosts[1], password)
	for _, person := range school.People() {
		fmt.Fprintf(out, "  %-32s %s\n", person.Address, title(person))
	}
	fmt.Fprintf(out, `
Write to %s, answer what the bot wrote you, or look from another shell:

  curl -u %[2]s:%[3]s 'imap://%[4]s/INBOX;MAILINDEX=1'
  %[6]s -c %[5]s list

Ctrl-C ends the demo; nothing of it stays.
`, school.DeskAddress, school.Kim.Address, password, p.hosts[0], p.file, shell)
}

func title(p school.Person) string {
	s := p.Name
	for _, more := range []string{p.Title, p.Campus} {
		if more != "" {
			s += ", " + more
		}
	}
	return s
}
