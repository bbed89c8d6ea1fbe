package bot

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"log/slog"
	"net"
	"os"
	"strings"
	"time"

	"triaged/internal/agenda"
	"triaged/internal/authority"
	"triaged/internal/config"
	"triaged/internal/delivery"
	"triaged/internal/intake"
	"triaged/internal/mailbox"
	"triaged/internal/request"
	"triaged/internal/store"
	"triaged/internal/suggest"
)

// Rim is what a desk gets from its surroundings rather than from the configuration. The zero Rim is the real world.
type Rim struct {
	Clock    Clock
	Version  string // of the program, for who asks
	Log      *slog.Logger
	Dial     func(ctx context.Context, network, address string) (net.Conn, error)
	ReadOnly bool                                      // open the store for looking only
	Wait     time.Duration                             // for another process to let go of the store
	Hangup   <-chan os.Signal                          // asks the loops to read the configuration again, each time; nil: nobody does
	Notify   func(states ...string) error              // tells a service manager; nil: there is none
	Watchdog time.Duration                             // within which the service manager wants to hear that the bot is alive; 0: never
	Room     func(dir string) (free uint64, err error) // bytes that are free where a directory is; nil: asks the file system
	Point    func(name string)                         // told of each step after which a crash would leave something different; for tests
}

// Open opens the desk that a configuration describes.
func Open(c *config.Config, rim Rim) (*Desk, error) {
	if rim.Clock == nil {
		rim.Clock = Wall{}
	}
	if rim.Log == nil {
		rim.Log = slog.New(slog.DiscardHandler)
	}
	r, err := rulesOf(c, nil)
	if err != nil {
		return nil, err
	}
	o := &office{
		rim: rim, clock: rim.Clock, log: rim.Log, hook: rim.Point, wake: func() {},
		lessons: lessons{wake: make(chan struct{}, 1), epoch: decisionsOfEpoch},
	}
	o.current.Store(r)
	d := o.today()
	if err := d.openStore(rim); err != nil {
		return nil, err
	}
	return d, nil
}

func (d *Desk) openStore(rim Rim) error {
	var err error
	d.store, err = store.Open(store.Options{
		Dir: d.config.Desk.DataDir, ReadOnly: rim.ReadOnly, Wait: rim.Wait, Point: rim.Point,
		Derive: d.derive, Policy: fingerprint(d.config), MessageID: d.messageID,
	})
	if err != nil {
		return err
	}
	err = d.identify()
	if err == nil && !rim.ReadOnly {
		err = d.noticeOnOpening()
	}
	if err != nil {
		d.store.Close()
	}
	return err
}

// messageID makes the Message-ID of an outgoing mail, which is its token.
func (o *office) messageID(id uint64, e store.Entry) string {
	l, r := e.Letter, o.current.Load()
	_, domain, _ := strings.Cut(r.house.Address, "@")
	return r.policy.Keys.MessageID(authority.Token{
		Instance: r.house.Instance, Audience: l.To.Address, Request: int64(l.Request), Nonce: id,
		IssuedDay: authority.DayOf(l.At),
	}, domain)
}

// identify takes the instance and its keys from the store, and marks a new desk's first moment.
func (d *Desk) identify() error {
	fresh := false
	err := d.store.View(func(tx *store.Tx) error {
		d.sign(ringOf(tx.Keys()), tx.Instance())
		_, ok := tx.LastDesk(intake.DeskOpened)
		fresh = !ok && !d.store.ReadOnly()
		return nil
	})
	if err != nil || !fresh {
		return err
	}
	return d.store.Update(func(tx *store.Tx) error {
		tx.AppendDesk(intake.DeskEvent{At: d.clock.Now(), Type: intake.DeskOpened})
		return nil
	})
}

func planOf(c *config.Config) *agenda.Policy {
	return &agenda.Policy{
		Chart: c.Chart(), Calendar: c.WorkingTime(), Roster: rosterOf(c), Staffed: c.Staffed(), Reviews: c.Reviews(),
		CategorizeWithin: c.Reminders.UncategorizedAfter.D(), AcknowledgeWithin: c.Reminders.AcknowledgeWithin.D(),
		FollowUpEvery: c.Reminders.FollowUpEvery.D(), WarnAt: c.Reminders.WarnAt.Of(),
		EscalateAfter: c.Reminders.EscalateAfter, MorningQueue: c.Reminders.MorningQueue, WeeklyReport: c.Reminders.WeeklyReport,
		SendEmpty: c.Review.SendEmpty, Daily: c.Review.Daily, MaxRows: 100,
	}
}

func rosterOf(c *config.Config) *authority.Roster {
	var people []authority.Person
	for _, s := range c.Staff {
		people = append(people, authority.Person{Address: s.Address, Name: s.Name, Role: authority.Role(s.Role), Teams: s.Teams})
	}
	for _, address := range c.Notify.Operator { // whoever hears of trouble may answer; the same address above comes first
		people = append(people, authority.Person{Address: address, Role: authority.Operator})
	}
	var teams []authority.Team
	for _, t := range c.Teams {
		teams = append(teams, authority.Team{Name: t.Name, Address: t.Address, Codes: t.Codes, Campuses: t.Campuses})
	}
	return authority.NewRoster(people, teams, c.Notify.NewRequest)
}

func policyOf(c *config.Config) *intake.Policy {
	p := &intake.Policy{
		Address: c.Desk.Address, Prefix: c.Desk.Prefix, Aliases: c.Desk.Aliases, Eligible: c.Desk.Eligible,
		Zone: c.Location(), DayFirst: c.Desk.DayFirst, Roster: rosterOf(c), Chart: c.Chart(), Calendar: c.WorkingTime(), Staffed: c.Staffed(),
		DayLength: c.WorkingTime().DayLengthOn, ReopenWithin: c.Desk.ReopenWithin.D(),
		AnswersRequester: c.Desk.PlainAnswers == config.AnswerToRequester,
		CategorizeWithin: c.Reminders.UncategorizedAfter.D(), Mailboxes: map[string]intake.MailboxPolicy{},
		Troubles: suggest.NewTroubles(c.Outages()),
	}
	for _, s := range c.Sources {
		kind := request.Monitor
		if string(s.Kind) == string(request.Portal) {
			kind = request.Portal
		}
		p.Sources = append(p.Sources, intake.Source{Address: s.Address, Kind: kind})
	}
	for _, m := range c.Mailboxes {
		p.Mailboxes[m.Name] = intake.MailboxPolicy{
			Proof: authority.Policy{
				Mode: authority.Mode(c.Desk.Authority), Preset: authority.Preset(or(string(m.AuthPreset), string(c.Desk.AuthPreset))),
				AuthservID: or(m.AuthservID, c.Desk.AuthservID),
			},
			AcknowledgeNewerThan: m.AcknowledgeNewerThan.D(), OnlyNew: m.Start == "new", MaxSize: int64(m.MaxSize),
		}
	}
	return p
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

func rate(r config.Rate) Rate { return Rate{Count: r.Count, Per: r.Per.D()} }

func durations(list []config.Duration) []time.Duration {
	all := make([]time.Duration, len(list))
	for i, d := range list {
		all[i] = d.D()
	}
	return all
}

// Roster is the people and teams of a configuration.
func Roster(c *config.Config) *authority.Roster { return rosterOf(c) }

// Mailboxes are the settings of the watched mailboxes.
func Mailboxes(c *config.Config, rim Rim) ([]mailbox.Settings, error) {
	var all []mailbox.Settings
	for _, m := range c.Mailboxes {
		trust, err := trusting(m.CAFile)
		if err != nil {
			return nil, fmt.Errorf("mailbox %s: %w", m.Name, err)
		}
		all = append(all, mailbox.Settings{
			Name: m.Name, Address: m.Address, Security: string(m.Security), TLS: trust, Folder: m.Folder,
			DoneFolder: m.DoneFolder, RefusedFolder: m.RefusedFolder, JunkFolder: m.JunkFolder,
			PollInterval: m.PollInterval.D(), MaxSize: int64(m.MaxSize), Reconnect: durations(m.Reconnect),
			Dial: rim.Dial, Log: rim.Log,
			Login: mailboxLogin(loginOf("mailbox "+m.Name, m.Login, c, trust, rim)),
		})
	}
	return all, nil
}

// Delivery is the settings of the server that takes the bot's mail.
func Delivery(c *config.Config, rim Rim) (delivery.Settings, error) {
	return submission("smtp", c.SMTP, c, rim)
}

// submission is the settings of a server that takes mail; what is its table's name.
func submission(what string, server config.SMTP, c *config.Config, rim Rim) (delivery.Settings, error) {
	trust, err := trusting(server.CAFile)
	if err != nil {
		return delivery.Settings{}, fmt.Errorf("%s: %w", what, err)
	}
	s := delivery.Settings{Address: server.Address, Security: string(server.Security), TLS: trust, Dial: rim.Dial}
	_, s.Hello, _ = strings.Cut(c.Desk.Address, "@")
	if server.Username != "" {
		s.Login = deliveryLogin(loginOf(what, server.Login, c, trust, rim))
	}
	return s, nil
}

// trusting is a TLS configuration that believes the system's roots and those of a file.
func trusting(file string) (*tls.Config, error) {
	if file == "" {
		return nil, nil
	}
	pem, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("cannot read ca_file: %w", err)
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	if !pool.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("ca_file %s holds no certificate in PEM form", file)
	}
	return &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}, nil
}
