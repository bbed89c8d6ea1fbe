package bot

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"triaged/internal/delivery"
	"triaged/internal/metrics"
	"triaged/internal/store"
)

// counts are what happened since the start.
type counts struct {
	received map[string]int // by outcome
	sent     map[string]int // by kind
	failed   map[string]int // deferred, rejected
}

func (c *counts) add(to *map[string]int, name string) {
	if *to == nil {
		*to = map[string]int{}
	}
	(*to)[name]++
}

// countReceived counts a mail that was accounted for.
func (v *vitals) countReceived(outcome string) {
	v.see(func() { v.counts.add(&v.counts.received, outcome) })
}

// countSent counts what became of an attempt.
func (v *vitals) countSent(kind string, r delivery.Result) {
	v.see(func() {
		switch r.Outcome {
		case delivery.Sent:
			v.counts.add(&v.counts.sent, kind)
		case delivery.Rejected:
			v.counts.add(&v.counts.failed, "rejected")
		default:
			v.counts.add(&v.counts.failed, "deferred")
		}
	})
}

// Figures serves the bot's figures, and whether it lives and works.
func (o *office) Figures() http.Handler {
	return metrics.Handler(metrics.Source{
		Samples: func() ([]metrics.Sample, error) { return o.today().samples() },
		Silent:  func() []string { return o.pulse.silent(o.clock.Now()) },
		Ready: func() (bool, any) {
			var row StatusRow
			err := o.today().Status(Args{}, func(r any) error { row = r.(StatusRow); return nil })
			if err != nil {
				return false, map[string]string{"error": err.Error()}
			}
			for i := range row.Mailboxes {
				row.Mailboxes[i].Error = "" // what servers say is for operators
			}
			return row.Ready, map[string]any{
				"ready": row.Ready, "not_ready": row.NotReady, "mailboxes": row.Mailboxes, "oldest_unsent_at": row.Outbox.OldestAt,
			}
		},
	})
}

// samples are the figures of this moment.
func (d *Desk) samples() (all []metrics.Sample, err error) {
	var row StatusRow
	if err := d.Status(Args{}, func(r any) error { row = r.(StatusRow); return nil }); err != nil {
		return nil, err
	}
	now := d.clock.Now()
	add := func(name string, value float64, labels ...string) {
		all = append(all, metrics.Sample{Name: name, Value: value, Labels: labels})
	}
	add("triaged_build_info", 1, row.Version)
	add("triaged_start_time_seconds", seconds(row.StartedAt))
	add("triaged_ready", number(row.Ready))
	for _, m := range row.Mailboxes {
		add("triaged_mailbox_connected", number(m.Connected), m.Name)
		add("triaged_mailbox_last_poll_time_seconds", seconds(m.PolledAt), m.Name)
		add("triaged_mailbox_waiting", float64(m.Waiting), m.Name)
		add("triaged_mailbox_lag_seconds", m.LagSecs, m.Name)
	}
	d.vitals.see(func() {
		for outcome, n := range d.vitals.counts.received {
			add("triaged_received_total", float64(n), outcome)
		}
		for kind, n := range d.vitals.counts.sent {
			add("triaged_sent_total", float64(n), kind)
		}
		for result, n := range d.vitals.counts.failed {
			add("triaged_not_sent_total", float64(n), result)
		}
	})
	add("triaged_outbox", float64(row.Outbox.Pending), string(store.Pending))
	add("triaged_outbox", float64(row.Outbox.Held), string(store.Held))
	add("triaged_outbox", float64(row.Outbox.Dead), string(store.Dead))
	oldest := 0.0
	if row.Outbox.OldestAt != nil {
		oldest = max(now.Sub(*row.Outbox.OldestAt).Seconds(), 0)
	}
	add("triaged_outbox_oldest_seconds", oldest)
	add("triaged_requests", float64(row.Open), "open")
	add("triaged_requests", float64(row.Uncategorized), "uncategorized")
	add("triaged_last_review_time_seconds", seconds(row.LastReviewAt))
	add("triaged_learned", float64(row.Learned))
	add("triaged_disk_free_bytes", float64(row.FreeBytes))
	add("triaged_probe_round_trip_seconds", row.Probe.RoundTrip)
	add("triaged_probe_last_return_time_seconds", seconds(row.Probe.BackAt))
	add("triaged_configuration_refused", number(row.Configuration.Refused != ""))
	for _, t := range row.Trouble {
		if t.ToldAt != nil {
			add("triaged_trouble", 1, t.About)
		}
	}
	return all, nil
}

// seconds since 1970, or 0 for no time.
func seconds(t *time.Time) float64 {
	if t == nil {
		return 0
	}
	return float64(t.Unix())
}

func number(is bool) float64 {
	if is {
		return 1
	}
	return 0
}

// serveFigures serves them on an address until ctx ends; "" is nowhere. What it returns waits for its end.
func (o *office) serveFigures(ctx context.Context, address string) (wait func() error, err error) {
	if address == "" {
		return func() error { return nil }, nil
	}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("metrics.listen: cannot listen: %w", err)
	}
	server := &http.Server{Handler: o.Figures(), ReadHeaderTimeout: 10 * time.Second, WriteTimeout: time.Minute}
	stop := context.AfterFunc(ctx, func() { server.Close() })
	ended := make(chan error, 1)
	go func() {
		defer stop()
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			ended <- fmt.Errorf("metrics: %w", err)
			return
		}
		ended <- nil
	}()
	o.log.Info("figures are served", "address", listener.Addr().String())
	return func() error { return <-ended }, nil
}
