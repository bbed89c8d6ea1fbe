package bot

import (
	"reflect"
	"time"

	"triaged/internal/compose"
	"triaged/internal/config"
	"triaged/internal/delivery"
	"triaged/internal/store"
)

// way is a server that takes the bot's mail, and what is known of the path to it.
type way struct {
	path
	name     string // "smtp", "smtp.fallback"
	settings *delivery.Settings
	client   *delivery.Client
}

func newWay(name string, s *delivery.Settings) *way {
	return &way{name: name, settings: s, client: delivery.New(*s)}
}

// detour is the second server: for some kinds of mail, while the first is in trouble. It gets the same bytes under the same
// Message-ID, so that a mail that went both ways is known for one.
type detour struct {
	*way     // nil: there is none
	fallback *config.Fallback
	least    compose.Urgency // no mail of the kinds is less urgent
}

// open tells whether mail can be tried that way.
func (d *detour) open(now time.Time) bool { return d.way != nil && !d.closed(now) }

// takes tells whether a mail may go that way.
func (d *detour) takes(e store.Entry) bool {
	if d.way == nil {
		return false
	}
	for _, k := range d.fallback.Kinds {
		if e.Letter.Kind == compose.Kind(k) {
			return true
		}
	}
	return false
}

// follow goes over to another configuration.
func (d *detour) follow(c *config.Config, rim Rim) error {
	f := c.SMTP.Fallback
	if reflect.DeepEqual(f, d.fallback) {
		return nil
	}
	if d.way != nil {
		d.client.Close()
	}
	*d = detour{fallback: f}
	if f == nil {
		return nil
	}
	settings, err := Detour(c, rim)
	if err != nil {
		return err
	}
	d.way = newWay("smtp.fallback", settings)
	for _, k := range f.Kinds {
		d.least = max(d.least, compose.Kind(k).Urgency())
	}
	return nil
}

// Detour is the settings of the second server, nil if there is none.
func Detour(c *config.Config, rim Rim) (*delivery.Settings, error) {
	f := c.SMTP.Fallback
	if f == nil {
		return nil, nil
	}
	s, err := submission("smtp.fallback", config.SMTP{Address: f.Address, Security: f.Security, CAFile: f.CAFile, Login: f.Login}, c, rim)
	return &s, err
}
