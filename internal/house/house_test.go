package house_test

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// floors are the rooms from the top down. A room may import rooms of lower floors, and those of its own floor that are
// named in neighbours.
var floors = [][]string{
	{"cmd/triaged"},
	{"demo", "doctor"},
	{"bot", "control", "config"},
	{"store", "mailbox", "delivery", "oauth", "systemd", "health", "metrics"},
	{"intake", "agenda", "gather"},
	{"compose"},
	{"authority", "suggest"},
	{"command", "message"},
	{"request", "handover"},
	{"chart", "worktime", "provider"},
	{"strict"},
}

// neighbours are the imports within a floor, each with its reason.
var neighbours = map[string]string{
	"bot config":  "the bot is set up from the configuration",
	"bot control": "the bot's desk answers the questions that control carries",
}

// apart are rooms that stand beside the house: servers and networks for the demo and the tests, and the templates.
var apart = []string{"demo/school", "inprocess", "memnet", "realserver", "house", "templates", "store/storetest"}

// pure are the rooms of decisions.
var pure = []string{
	"strict", "chart", "worktime", "provider", "request", "message", "command", "suggest", "authority", "intake", "agenda", "gather", "compose", "handover", "health",
}

// banned is what a pure room must not import, and why.
var banned = map[string]string{
	"os":                     "files and the environment are the rim's",
	"os/exec":                "programs are the rim's",
	"net":                    "connections are the rim's",
	"net/http":               "connections are the rim's",
	"log":                    "a decision is a value; who logs it decides how",
	"log/slog":               "a decision is a value; who logs it decides how",
	"math/rand":              "the same input gives the same output",
	"math/rand/v2":           "the same input gives the same output",
	"crypto/rand":            "the same input gives the same output",
	"go.etcd.io/bbolt":       "only the store knows buckets",
	"triaged/internal/store": "decisions do not know how they are kept",
}

// clocks are the calls that read the machine's clock: a pure room is told what time it is.
var clocks = []string{"Now", "Since", "Until", "After", "AfterFunc", "Sleep", "Tick", "NewTimer", "NewTicker"}

type listed struct {
	ImportPath string
	Imports    []string
}

func packages(t *testing.T) []listed {
	t.Helper()
	command := exec.Command("go", "list", "-json=ImportPath,Imports", "triaged/...")
	command.Stderr = os.Stderr
	out, err := command.Output()
	if err != nil {
		t.Fatal(err)
	}
	var all []listed
	for d := json.NewDecoder(strings.NewReader(string(out))); d.More(); {
		var p listed
		if err := d.Decode(&p); err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
	return all
}

func room(path string) string {
	path = strings.TrimPrefix(path, "triaged/")
	return strings.TrimPrefix(path, "internal/")
}

func floor(name string) int {
	for i, rooms := range floors {
		if slices.Contains(rooms, name) {
			return i
		}
	}
	return -1
}

func TestImportsRunDownward(t *testing.T) {
	for _, p := range packages(t) {
		from := room(p.ImportPath)
		if slices.Contains(apart, from) {
			continue
		}
		if floor(from) < 0 {
			t.Errorf("%s stands on no floor: give it a place in the picture", from)
			continue
		}
		for _, path := range p.Imports {
			if !strings.HasPrefix(path, "triaged/") {
				continue
			}
			to := room(path)
			if slices.Contains(apart, to) {
				if to != "templates" && from != "demo" && from != "inprocess" {
					t.Errorf("%s imports %s, which is for the demo and for tests", from, to)
				}
				continue
			}
			same := floor(from) == floor(to) && neighbours[from+" "+to] != ""
			if floor(to) <= floor(from) && !same {
				t.Errorf("%s imports %s, which is not below it", from, to)
			}
		}
	}
}

func TestPureRoomsDoWithoutTheWorld(t *testing.T) {
	for _, p := range packages(t) {
		if !slices.Contains(pure, room(p.ImportPath)) {
			continue
		}
		for _, path := range p.Imports {
			if why := banned[path]; why != "" {
				t.Errorf("%s imports %s: %s", room(p.ImportPath), path, why)
			}
		}
		files, err := filepath.Glob(filepath.Join("..", room(p.ImportPath), "*.go"))
		if err != nil || len(files) == 0 {
			t.Fatalf("no sources of %s: %v", p.ImportPath, err)
		}
		for _, file := range files {
			if !strings.HasSuffix(file, "_test.go") {
				callsNoClock(t, file)
			}
		}
	}
}

func callsNoClock(t *testing.T, file string) {
	t.Helper()
	set := token.NewFileSet()
	tree, err := parser.ParseFile(set, file, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	imported := slices.ContainsFunc(tree.Imports, func(i *ast.ImportSpec) bool {
		path, _ := strconv.Unquote(i.Path.Value)
		return path == "time"
	})
	if !imported {
		return
	}
	ast.Inspect(tree, func(n ast.Node) bool {
		selector, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		if x, ok := selector.X.(*ast.Ident); ok && x.Name == "time" && slices.Contains(clocks, selector.Sel.Name) {
			t.Errorf("%s: time.%s: a pure room is told what time it is", set.Position(n.Pos()), selector.Sel.Name)
		}
		return true
	})
}
