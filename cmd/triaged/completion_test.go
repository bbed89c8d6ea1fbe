package main

import (
	"bytes"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// complete asks what a command line's last word may become.
func complete(t *testing.T, words ...string) []string {
	t.Helper()
	var out, errs bytes.Buffer
	if code := run(t.Context(), append([]string{"completion-candidates", "--"}, words...), streams{nil, &out, &errs}); code != exitOK {
		t.Fatalf("%q: %d, %s", words, code, errs.String())
	}
	var all []string
	for line := range strings.Lines(out.String()) {
		word, _, _ := strings.Cut(line, "\t")
		all = append(all, word)
	}
	return all
}

func TestCandidates(t *testing.T) {
	for _, tt := range []struct {
		line string
		has  []string // all of them; "" for nothing at all
		not  []string
	}{
		{"", []string{"list", "run", "help", "completion"}, []string{"--json", "completion-candidates"}},
		{"li", []string{"list"}, []string{"run"}},
		{"list -", []string{"--json", "--config", "--queue"}, []string{"--deep"}},
		{"list --queue ", []string{"open", "uncategorized", "overdue", "scheduled", "all"}, []string{"--json"}},
		{"list --queue un", []string{"uncategorized"}, []string{"open"}},
		{"list --queue open --j", []string{"--json"}, []string{"--queue"}},
		{"-c file.toml ch", []string{"chart", "check"}, nil},
		{"--config ", []string{""}, nil},
		{"config ", []string{"check", "example"}, []string{"list"}},
		{"help con", []string{"config"}, []string{"list"}},
		{"help config ", []string{"check", "example"}, nil},
		{"completion ", []string{"bash", "zsh", "fish"}, nil},
		{"completion bash ", []string{""}, nil},
		{"show ", []string{""}, nil},
		{"nonsense ", []string{"list"}, nil}, // a mistake further up, which is not ours to mend
	} {
		got := complete(t, strings.Split(tt.line, " ")...)
		if len(tt.has) == 1 && tt.has[0] == "" {
			if len(got) > 0 {
				t.Errorf("%q: %q", tt.line, got)
			}
			continue
		}
		for _, w := range tt.has {
			if !slices.Contains(got, w) {
				t.Errorf("%q: %q lacks %q", tt.line, got, w)
			}
		}
		for _, w := range tt.not {
			if slices.Contains(got, w) {
				t.Errorf("%q: %q has %q", tt.line, got, w)
			}
		}
	}
}

// TestBashCompletes lets a real shell complete. The other shells' parts are tried where they are installed.
func TestShellsTakeTheirPart(t *testing.T) {
	for shell, part := range shells {
		path, err := exec.LookPath(shell)
		if err != nil {
			continue
		}
		if out, err := exec.Command(path, "-n", "-c", part).CombinedOutput(); err != nil {
			t.Errorf("%s: %v: %s", shell, err, out)
		}
	}
}
