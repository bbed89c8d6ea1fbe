package metrics

import (
	"errors"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
)

// look asks for a path as a monitoring system does.
func look(s Source, path string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	Handler(s).ServeHTTP(w, httptest.NewRequest("GET", path, nil))
	return w
}

func giving(samples ...Sample) Source {
	return Source{Samples: func() ([]Sample, error) { return samples, nil }}
}

// TestFiguresServeTheirForm: each figure comes with its help, its type and its labels, whatever their values are.
func TestFiguresServeTheirForm(t *testing.T) {
	var samples []Sample
	for _, f := range Figures {
		s := Sample{Name: f.Name, Value: 1.5}
		for range f.Labels {
			s.Labels = append(s.Labels, "a \"quoted\"\\\nname")
		}
		samples = append(samples, s)
	}
	w := look(giving(samples...), "/metrics")
	if w.Code != 200 || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/plain") {
		t.Fatalf("%d %v: %s", w.Code, w.Header(), w.Body)
	}
	for _, f := range Figures {
		line := f.Name + " 1.5\n"
		if len(f.Labels) == 1 {
			line = f.Name + "{" + f.Labels[0] + `="a \"quoted\"\\\nname"} 1.5` + "\n"
		}
		for _, want := range []string{"# HELP " + f.Name + " " + f.Help + "\n", "# TYPE " + f.Name + " " + f.Type + "\n", line} {
			if !strings.Contains(w.Body.String(), want) {
				t.Errorf("not served: %q", want)
			}
		}
	}
}

// TestFiguresAreNamedAsIsUsual holds the names against the conventions that dashboards and alerts are written by.
func TestFiguresAreNamedAsIsUsual(t *testing.T) {
	seen := map[string]bool{}
	for _, f := range Figures {
		if !regexp.MustCompile(`^triaged_[a-z]+(_[a-z]+)*$`).MatchString(f.Name) || seen[f.Name] {
			t.Errorf("%s is no name, or is there twice", f.Name)
		}
		seen[f.Name] = true
		if counts := strings.HasSuffix(f.Name, "_total"); counts != (f.Type == "counter") || !counts && f.Type != "gauge" {
			t.Errorf("%s is a %s", f.Name, f.Type)
		}
		if !strings.HasSuffix(f.Help, ".") || strings.Contains(f.Help, "\n") {
			t.Errorf("%s is explained by %q", f.Name, f.Help)
		}
	}
}

// TestFiguresThatAreNoneFail: rather than half of the figures, or ones that nobody documented, there is an error to see.
func TestFiguresThatAreNoneFail(t *testing.T) {
	for name, tt := range map[string]struct {
		source Source
		want   string
	}{
		"undocumented":    {giving(Sample{Name: "triaged_mood", Value: 1}), "the figure triaged_mood is not documented"},
		"without a label": {giving(Sample{Name: "triaged_outbox", Value: 1}), "inconsistent label cardinality"},
		"twice":           {giving(Sample{Name: "triaged_ready"}, Sample{Name: "triaged_ready"}), "was collected before with the same name and label values"},
		"failing":         {Source{Samples: func() ([]Sample, error) { return nil, errors.New("the state is closed") }}, "the state is closed"},
	} {
		if w := look(tt.source, "/metrics"); w.Code != 500 || !strings.Contains(w.Body.String(), tt.want) {
			t.Errorf("%s: %d %s", name, w.Code, w.Body)
		}
	}
}

func TestHealth(t *testing.T) {
	var hanging []string
	ready, state := true, any(map[string]any{"ready": true})
	s := Source{Silent: func() []string { return hanging }, Ready: func() (bool, any) { return ready, state }}
	expect := func(path string, code int, body string) {
		t.Helper()
		if w := look(s, path); w.Code != code || strings.TrimSpace(w.Body.String()) != body {
			t.Errorf("%s: %d %q, want %d %q", path, w.Code, w.Body, code, body)
		}
	}
	expect("/healthz", 200, "ok")
	expect("/readyz", 200, `{"ready":true}`)
	if kind := look(s, "/readyz").Header().Get("Content-Type"); kind != "application/json" {
		t.Errorf("readyz is %s", kind)
	}
	hanging, ready, state = []string{"learn", "mailbox support"}, false, map[string]any{"ready": false}
	expect("/healthz", 503, "hanging: learn, mailbox support")
	expect("/readyz", 503, `{"ready":false}`)
}

// TestNothingElseIsServed: neither other paths, nor other methods than looking.
func TestNothingElseIsServed(t *testing.T) {
	h := Handler(Source{})
	for _, tt := range []struct {
		method, path string
		code         int
	}{{"GET", "/", 404}, {"GET", "/debug/pprof/", 404}, {"POST", "/metrics", 405}, {"DELETE", "/healthz", 405}, {"POST", "/readyz", 405}} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(tt.method, tt.path, nil))
		if w.Code != tt.code {
			t.Errorf("%s %s: %d", tt.method, tt.path, w.Code)
		}
	}
}
