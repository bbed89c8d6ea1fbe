// Package demo shows the bot at work: a small school's people write to the desk, the real bot answers, and a transcript
// tells what came in, what it became and what went out.
//
// It guarantees that nothing is staged: it is the bot that `run` starts, on an IMAP and an SMTP server in this process,
// with a clock that runs fast. The people only write what package school has for them.
//
// It knows the servers and the people. It must not know how the bot decides.
package demo

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"time"

	"triaged/internal/bot"
	"triaged/internal/config"
	"triaged/internal/demo/school"
	"triaged/internal/inprocess"
	"triaged/internal/memnet"
)

// Options say what the demo is to do.
type Options struct {
	Out   io.Writer // the transcript
	Dir   string    // where every sent mail is kept as a file; "" for nowhere
	Serve bool      // keep the servers up after the story, for any mail program to take part
	Speed float64   // how fast time passes; 0 for a story in half a minute
}

// defaultSpeed lets ten minutes pass in a second.
const defaultSpeed = 600

// password is everybody's.
const password = "demo"

// Run tells the story, and with Options.Serve goes on until ctx ends.
func Run(ctx context.Context, o Options) error {
	if o.Speed == 0 {
		o.Speed = defaultSpeed
	}
	data, err := os.MkdirTemp("", "triaged-demo-")
	if err != nil {
		return fmt.Errorf("the demo needs a temporary folder: %w", err)
	}
	defer os.RemoveAll(data)
	if o.Dir != "" {
		if err := os.MkdirAll(o.Dir, 0o755); err != nil {
			return fmt.Errorf("cannot make the folder for sent mails: %w", err)
		}
	}
	d := &director{options: o, clock: bot.NewFast(school.Start(), o.Speed), sent: make(chan inprocess.Received, 1000), scenes: school.Story()}
	p, err := d.open(data)
	if err != nil {
		return err
	}
	defer p.close()
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	ended := make(chan error, 1)
	ready := make(chan *bot.Desk, 1)
	rim := bot.Rim{Clock: d.clock, Dial: p.dial, Log: slog.New(slog.DiscardHandler)}
	go func() { ended <- bot.Serve(ctx, p.config, rim, func(desk *bot.Desk) { ready <- desk }) }()
	select {
	case err := <-ended:
		return err
	case d.desk = <-ready:
	}
	err = d.play(ctx)
	if err == nil && o.Serve {
		d.clock.SetSpeed(1)
		p.invite(o.Out)
		d.follow(ctx)
	}
	stop()
	if stopped := <-ended; err == nil {
		err = stopped
	}
	return err
}

// place is where the demo happens: servers, and the configuration that leads the bot to them.
type place struct {
	imap   *inprocess.IMAP
	smtp   *inprocess.SMTP
	config *config.Config
	file   string // the configuration's
	dial   func(ctx context.Context, network, address string) (net.Conn, error)
	hosts  [2]string
}

func (p *place) close() {
	p.imap.Close()
	p.smtp.Close()
}

// open starts the servers and writes the school's configuration. Without Options.Serve they are reached in memory only,
// so that no port of the machine is used.
func (d *director) open(data string) (*place, error) {
	users := map[string]string{"support": password}
	for _, person := range school.People() {
		users[person.Address] = password
	}
	d.imap = inprocess.NewIMAP(inprocess.IMAPOptions{}, users)
	options := inprocess.SMTPOptions{OnMail: d.take}
	if d.options.Serve {
		options.Users = users
	}
	p := &place{imap: d.imap, smtp: inprocess.NewSMTP(options), hosts: [2]string{"127.0.0.1:1143", "127.0.0.1:1587"}}
	listen := net.Listen
	if !d.options.Serve {
		network := new(memnet.Network)
		p.dial = network.Dial
		listen = func(_, address string) (net.Listener, error) { return network.Listen(address) }
	}
	for i, serve := range []func(net.Listener) error{p.imap.Serve, p.smtp.Serve} {
		l, err := listen("tcp", p.hosts[i])
		if err != nil && d.options.Serve {
			l, err = listen("tcp", "127.0.0.1:0")
		}
		if err != nil {
			return nil, err
		}
		p.hosts[i] = l.Addr().String()
		go serve(l)
	}
	return p, p.configure(data, d.options.Serve)
}

func (p *place) configure(data string, login bool) error {
	people := filepath.Join(data, "people.csv")
	if err := os.WriteFile(people, school.Directory(), 0o600); err != nil {
		return err
	}
	text := school.Configuration(school.Servers{
		IMAP: p.hosts[0], SMTP: p.hosts[1], Security: "none", Username: "support", Password: password,
		DataDir: filepath.Join(data, "data"), Directory: people,
	})
	p.file = filepath.Join(data, "config.toml")
	if err := os.WriteFile(p.file, text, 0o600); err != nil {
		return err
	}
	var err error
	if p.config, err = config.Load(p.file); err == nil && !login {
		p.config.SMTP.Login = config.Login{}
	}
	return err
}

// invite tells how to take part with a mail program.
func (p *place) invite(out io.Writer) {
	fmt.Fprintf(out, "\nThe school stays open, at the wall's speed. Take part with any mail program:\n")
	fmt.Fprintf(out, "  IMAP %s, SMTP %s, no encryption, password %q for everybody\n", p.hosts[0], p.hosts[1], password)
	for _, person := range school.People() {
		fmt.Fprintf(out, "  %-32s %s, %s\n", person.Address, person.Name, person.Title)
	}
	fmt.Fprintf(out, "Write to %s. Ask the bot: triaged -c %s list\nCtrl-C ends the demo.\n\n", school.DeskAddress, p.file)
}

const clockForm = "15:04"

func (d *director) at(t time.Time) string { return t.In(school.Zone()).Format(clockForm) }
