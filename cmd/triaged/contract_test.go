package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// contract is what scripts may rely on: the fields that each command prints with --json, at least. A name with brackets
// stands for a list of objects, one with braces for an object.
var contract = map[string][]string{
	"chart": {"code", "category", "category_name", "priority", "priority_name", "target"},
	"list":  list,
	"file":  {"request", "done", "failed", "undo"},
	"keys":  {"key", "made_at", "signs", "verifies_until_at"},
	"show": append([]string{
		"text", "events[at type by detail]", "mails[ledger outbox message_id direction from to subject at]",
	}, list...),
	"why":    {"due_at", "steps"},
	"do":     {"done", "failed", "undo"},
	"digest": {"subject", "text", "requests", "sent_to"},
	"parse": {
		"file", "from{name address}", "to", "cc", "reply_to", "subject", "date", "message_id", "in_reply_to", "references",
		"text", "reply", "elided", "attachments[name type size inline sha256]", "kind", "kind_reason",
		"bounce[recipient action status diagnostic original_message_id]", "forwarded_from", "defects",
	},
	"unreachable": {"address", "bounced_at", "request", "held"},

	"suggest": {"suggestions[code confidence because]"},
	"evaluate": {
		"train", "test", "accuracy", "macro_f1", "top3", "calibration_error", "train_seconds", "suggest_micros",
	},
	"ledger show": {"ledger", "mailbox", "message_id", "from", "subject", "size", "received_at", "outcome", "reason", "settled", "raw"},
	"ledger":      {"mailbox", "uid_validity", "uid", "message_id", "outcome", "reason", "request", "at"},
	"outbox":      {"id", "to", "kind", "request", "subject", "message_id", "state", "attempts", "last_error"},
	"quarantine":  {"ledger", "mailbox", "message_id", "from", "subject", "size", "received_at", "outcome", "reason", "settled"},
	"doctor":      {"check", "state", "detail", "remedy"},
	"check":       {"problems", "requests", "events", "mails"},
	"backup":      {"file", "requests", "mails", "bytes"},
	"restore":     {"file", "requests", "mails", "bytes", "at", "numbers_after", "adopted", "not_sent_again", "shell"},
	"forget":      {"requests", "texts", "received", "sent", "bytes"},
	"retain":      {"kind", "until_at", "items", "bytes"},
	"legal-hold":  {"what", "since_at", "reason"},
	"import":      {"imported", "known", "open_left", "without_code", "problems"},
	"export":      append([]string{"text", "requester_name", "watchers", "campus", "language"}, list...),
	"compact":     {"before", "after"},
	"repair":      {"changed", "problems", "kept", "requests", "events", "mails"}, // check --repair
	"metrics":     {"name", "type", "labels", "help"},
	"status": {
		"running", "version", "started_at", "ready", "not_ready", "mailboxes[name connected polled_at waiting oldest_at lag_seconds error retry_at]",
		"outbox{pending held dead oldest_at error}", "open", "uncategorized", "last_review_at", "last_mail_at", "learned", "free_bytes",
		"probe{sent_at back_at round_trip_seconds}", "configuration{loaded_at refused}", "trouble[about what remedy since told_at well_at]",
	},
	"config check": {
		"file", "good", "mailboxes", "staff", "teams", "problems[file line key message hint]", "warnings[file line key message hint]",
	},
	"templates": {"name", "text"},
	"version":   {"version", "revision", "revision_at", "modified", "schema", "go", "platform"},
}

var list = []string{
	"number", "subject", "requester", "state", "category", "submitted_at", "categorized_at", "due_at", "resolved_at", "target_met", "overdue", "assignee",
	"team", "source", "suggestions[code confidence]",
}

var nested = regexp.MustCompile(`^(\w+)[\[{](.*)[\]}]$`)

// Who reads help can rely on the same fields.
func TestHelpNamesTheContract(t *testing.T) {
	word := regexp.MustCompile(`\w+`)
	for command, fields := range contract {
		var out, errs bytes.Buffer
		switch command {
		case "repair":
			command = "check"
		case "ledger show":
			command = "quarantine"
		}
		if code := run(t.Context(), append([]string{"help"}, strings.Fields(command)...), streams{nil, &out, &errs}); code != exitOK {
			t.Fatalf("help %s ends with %d: %s", command, code, errs.String())
		}
		help := out.String()
		if command == "export" {
			run(t.Context(), []string{"help", "show"}, streams{nil, &out, &errs})
		}
		if command == "show" || command == "export" { // it refers to list
			run(t.Context(), []string{"help", "list"}, streams{nil, &out, &errs})
			help += out.String()
		}
		said := word.FindAllString(help, -1)
		for _, name := range word.FindAllString(strings.Join(fields, " "), -1) {
			if !slices.Contains(said, name) {
				t.Errorf("help %s does not name %s", command, name)
			}
		}
	}
}

// checkRow tells what is wrong with a line of JSON Lines; "" for nothing.
func checkRow(fields []string, line []byte) string {
	var row map[string]any
	if err := json.Unmarshal(line, &row); err != nil {
		return err.Error()
	}
	if fields == nil {
		return "the contract says nothing of it"
	}
	return checkFields(fields, row)
}

func checkFields(fields []string, row map[string]any) string {
	for _, field := range fields {
		name, inner := field, []string(nil)
		if parts := nested.FindStringSubmatch(field); parts != nil {
			name, inner = parts[1], strings.Fields(parts[2])
		}
		value, ok := row[name]
		if !ok {
			return "there is no " + name
		}
		objects, _ := value.([]any)
		if object, ok := value.(map[string]any); ok {
			objects = []any{object}
		}
		if strings.HasSuffix(field, "]") && value == nil {
			return name + " is null instead of a list"
		}
		for _, o := range objects {
			if inner == nil {
				break
			}
			if problem := checkFields(inner, o.(map[string]any)); problem != "" {
				return name + ": " + problem
			}
		}
	}
	return checkForms(row)
}

var (
	snakeCase = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)
	number    = regexp.MustCompile(`^SR-[1-9][0-9]*$`)
)

// checkForms looks at what names promise: times, numbers and Message-IDs have one form each.
func checkForms(row map[string]any) string {
	for name, value := range row {
		text, isText := value.(string)
		switch {
		case !snakeCase.MatchString(name):
			return name + " is not in snake_case"
		case name == "at" || strings.HasSuffix(name, "_at"):
			at, err := time.Parse(time.RFC3339, text)
			if value != nil && (err != nil || !strings.HasSuffix(text, "Z") || at.IsZero()) {
				return fmt.Sprintf("%s is %v, not a time in UTC or null", name, value)
			}
		case slices.Contains([]string{"number", "request"}, name) && value != nil && !number.MatchString(text):
			return fmt.Sprintf("%s is %v, not like SR-1 or null", name, value)
		case strings.HasSuffix(name, "message_id") && (!isText || strings.ContainsAny(text, "<>")):
			return fmt.Sprintf("%s is %v", name, value)
		}
		if problem := checkInside(value); problem != "" {
			return name + ": " + problem
		}
	}
	return ""
}

func checkInside(value any) string {
	switch v := value.(type) {
	case map[string]any:
		return checkForms(v)
	case []any:
		for _, e := range v {
			if problem := checkInside(e); problem != "" {
				return problem
			}
		}
	}
	return ""
}
