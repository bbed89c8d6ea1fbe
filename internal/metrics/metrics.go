// Package metrics serves the bot's figures to a monitoring system, in the text form of Prometheus.
//
// It guarantees that every figure it serves is in Figures, with the type and labels that stand there: what is there is kept
// from version to version. It says whether the bot lives (/healthz) and whether it does all of its work (/readyz).
//
// It knows names and forms. It must not know where a figure comes from: it asks at each look.
package metrics

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Figure is one figure that is served.
type Figure struct {
	Name   string
	Type   string // "gauge" or "counter"
	Labels []string
	Help   string
}

// Figures are all figures, beside those of the Go runtime (go_…) and of the process (process_…).
var Figures = []Figure{
	{"triaged_build_info", "gauge", []string{"version"}, "1, with the version that runs."},
	{"triaged_start_time_seconds", "gauge", nil, "When the bot was started, in seconds since 1970."},
	{"triaged_ready", "gauge", nil, "1 if every mailbox is read, mail goes out and no loop hangs; else 0."},
	{"triaged_mailbox_connected", "gauge", []string{"mailbox"}, "1 if the bot is logged in to the mailbox, else 0."},
	{"triaged_mailbox_last_poll_time_seconds", "gauge", []string{"mailbox"}, "When the mailbox was last looked through to the end, in seconds since 1970; 0 if never."},
	{"triaged_mailbox_waiting", "gauge", []string{"mailbox"}, "Mails in the watched folder that are not accounted for."},
	{"triaged_mailbox_lag_seconds", "gauge", []string{"mailbox"}, "How long the oldest of them has been there; 0 if there is none."},
	{"triaged_received_total", "counter", []string{"outcome"}, "Mails accounted for since the start, by outcome (see triaged help ledger)."},
	{"triaged_sent_total", "counter", []string{"kind"}, "Mails that the server took since the start, by kind."},
	{"triaged_not_sent_total", "counter", []string{"result"}, "Attempts that failed since the start: deferred (tried again) or rejected (given up)."},
	{"triaged_outbox", "gauge", []string{"state"}, "Mails that have not been sent: pending, held or dead."},
	{"triaged_outbox_oldest_seconds", "gauge", nil, "How long the oldest pending mail has been owed; 0 if there is none."},
	{"triaged_requests", "gauge", []string{"queue"}, "Requests: open (all that are not at an end) or uncategorized."},
	{"triaged_last_review_time_seconds", "gauge", nil, "When the uncategorized queue was last sent to the analysts, or found empty, in seconds since 1970; 0 if never."},
	{"triaged_learned", "gauge", nil, "Decisions of people that suggestions stand on."},
	{"triaged_disk_free_bytes", "gauge", nil, "Bytes that are free where the state is."},
	{"triaged_probe_round_trip_seconds", "gauge", nil, "How long the last of the bot's mails to itself was under way that came back; 0 if none did."},
	{"triaged_probe_last_return_time_seconds", "gauge", nil, "When it came back, in seconds since 1970; 0 if none did."},
	{"triaged_configuration_refused", "gauge", nil, "1 if the configuration was changed and the change could not be used, else 0."},
	{"triaged_trouble", "gauge", []string{"about"}, "1 for each trouble that operators were told of and that is not over."},
}

// Sample is the value of a figure now; its labels in the order of the figure's.
type Sample struct {
	Name   string
	Value  float64
	Labels []string
}

// Source is where the figures come from.
type Source struct {
	Samples func() ([]Sample, error)
	Silent  func() []string // the loops that hang
	Ready   func() (ready bool, state any)
}

// Handler serves /metrics, /healthz and /readyz.
func Handler(s Source) http.Handler {
	registry := prometheus.NewRegistry()
	registry.MustRegister(collector{s}, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		if hanging := s.Silent(); len(hanging) > 0 {
			http.Error(w, "hanging: "+strings.Join(hanging, ", "), http.StatusServiceUnavailable)
			return
		}
		fmt.Fprintln(w, "ok")
	})
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, _ *http.Request) {
		ready, state := s.Ready()
		w.Header().Set("Content-Type", "application/json")
		if !ready {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
		json.NewEncoder(w).Encode(state)
	})
	return mux
}

// collector asks for the figures at each look.
type collector struct{ Source }

var descriptions = func() map[string]*prometheus.Desc {
	all := map[string]*prometheus.Desc{}
	for _, f := range Figures {
		all[f.Name] = prometheus.NewDesc(f.Name, f.Help, f.Labels, nil)
	}
	return all
}()

var types = func() map[string]prometheus.ValueType {
	all := map[string]prometheus.ValueType{}
	for _, f := range Figures {
		all[f.Name] = prometheus.GaugeValue
		if f.Type == "counter" {
			all[f.Name] = prometheus.CounterValue
		}
	}
	return all
}()

func (c collector) Describe(out chan<- *prometheus.Desc) {
	for _, d := range descriptions {
		out <- d
	}
}

func (c collector) Collect(out chan<- prometheus.Metric) {
	samples, err := c.Samples()
	if err != nil {
		out <- prometheus.NewInvalidMetric(prometheus.NewInvalidDesc(err), err)
		return
	}
	for _, s := range samples {
		d := descriptions[s.Name]
		if d == nil {
			err := fmt.Errorf("the figure %s is not documented", s.Name)
			out <- prometheus.NewInvalidMetric(prometheus.NewInvalidDesc(err), err)
			continue
		}
		m, err := prometheus.NewConstMetric(d, types[s.Name], s.Value, s.Labels...)
		if err != nil {
			m = prometheus.NewInvalidMetric(d, err)
		}
		out <- m
	}
}
