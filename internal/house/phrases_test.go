package house_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// said is what the code says in words to people whose mails may be in another language: where, and what, with "%" for what
// stands in it.
type said struct{ at, words string }

// speaking are the functions of each room whose string results reach such mails, whole or in part; besides, those of the
// calls and fields below do.
var speaking = map[string][]string{
	"intake":    {"reply", "stands", "since", "saying", "waits", "againFrom", "handover"},
	"request":   {"Deed", "seldom"},
	"authority": {"refusal", "May", "Assignee"},
	"command":   {},
	"bot":       {"weekInWords", "requests", "comesBack", "footLine"},
	"agenda":    {"Queue"},
	"suggest":   {"likeWords"},
}

// calls are the functions whose arguments are such words: which of them.
var calls = map[string][]int{
	"refuse": {0}, "refused": {0}, "succeeded": {1}, "wrong": {0, 1}, "unlessProse": {0, 1}, "slip": {1, 2}, "saying": {0},
}

var (
	verb    = regexp.MustCompile(`%[a-z]`)
	holes   = regexp.MustCompile(`%{2,}`)
	letters = regexp.MustCompile(`[a-z]{2}`)
)

// TestPhrases reads the code for what it says in words, and the templates for how other languages say it: none may lack
// any, or its mails would be half English.
func TestPhrases(t *testing.T) {
	var all []said
	for room := range speaking {
		all = append(all, spokenIn(t, room)...)
	}
	files, err := filepath.Glob("../../templates/shared/phrases.*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no languages: %v", err)
	}
	for _, file := range files {
		known := phrasesOf(t, file)
		for _, s := range all {
			if !slices.Contains(known, s.words) {
				t.Errorf("%s says %q, for which %s has no words", s.at, s.words, filepath.Base(file))
			}
		}
	}
}

// phrasesOf are the English phrases that a file translates: the first line of each two.
func phrasesOf(t *testing.T, file string) []string {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	first := true
	for line := range strings.Lines(string(b)) {
		if line = strings.TrimRight(line, "\r\n"); line == "" || strings.HasPrefix(line, "# ") {
			continue
		}
		if first {
			all = append(all, strings.TrimPrefix(line, "…"))
		}
		first = !first
	}
	return all
}

// spokenIn finds what a room says.
func spokenIn(t *testing.T, room string) []said {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("..", room, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	var all []said
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		set := token.NewFileSet()
		parsed, err := parser.ParseFile(set, file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		add := func(e ast.Expr) {
			for _, words := range strings.Split(holes.ReplaceAllString(spoken(e), "%"), "; ") {
				if e != nil && letters.MatchString(words) {
					all = append(all, said{filepath.Base(file) + ":" + strconv.Itoa(set.Position(e.Pos()).Line), words})
				}
			}
		}
		for _, d := range parsed.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			ast.Inspect(f, func(n ast.Node) bool {
				spokenBy(room, f.Name.Name, n, add)
				return true
			})
		}
	}
	return all
}

// spokenBy hands over the words of one node, if it has any.
func spokenBy(room, function string, n ast.Node, add func(ast.Expr)) {
	if slices.Contains(speaking[room], function) {
		spokenWhole(n, add)
	}
	if room == "bot" || room == "agenda" || room == "suggest" { // most of what they say is for operators and logs
		return
	}
	switch n := n.(type) {
	case *ast.CallExpr:
		name := nameOf(n.Fun)
		for _, i := range calls[name] {
			if i < len(n.Args) {
				add(n.Args[i])
			}
		}
		if room == "command" && name == "New" {
			add(n.Args[0])
		}
	case *ast.AssignStmt:
		for i, left := range n.Lhs {
			if name := nameOf(left); i < len(n.Rhs) && slices.Contains([]string{"Result", "result", "why", "said"}, name) {
				add(n.Rhs[i])
			}
		}
	case *ast.KeyValueExpr:
		if name := nameOf(n.Key); name == "Result" || name == "why" || name == "Why" && room == "command" || name == "Hint" || name == "Say" {
			add(n.Value)
		}
	}
}

// spokenWhole hands over the words of one node of a function that is there for them.
func spokenWhole(n ast.Node, add func(ast.Expr)) {
	switch n := n.(type) {
	case *ast.ReturnStmt:
		for _, e := range n.Results {
			add(e)
		}
	case *ast.CompositeLit:
		if _, list := n.Type.(*ast.ArrayType); list {
			for _, e := range n.Elts {
				add(e)
			}
		}
	case *ast.KeyValueExpr:
		if nameOf(n.Key) == "Subject" {
			add(n.Value)
		}
	case *ast.CallExpr:
		if nameOf(n.Fun) == "append" {
			for _, e := range n.Args[1:] {
				add(e)
			}
		}
	}
}

func nameOf(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return e.Sel.Name
	}
	return ""
}

// spoken is an expression's words, with "%" for all that is not written out in it.
func spoken(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.BasicLit:
		if s, err := strconv.Unquote(e.Value); err == nil && e.Kind == token.STRING {
			return verb.ReplaceAllString(strings.ReplaceAll(s, "%q", `"%s"`), "%")
		}
	case *ast.BinaryExpr:
		return spoken(e.X) + spoken(e.Y)
	case *ast.ParenExpr:
		return spoken(e.X)
	case *ast.CompositeLit:
		if len(e.Elts) == 1 {
			return spoken(e.Elts[0])
		}
	case *ast.CallExpr:
		if name := nameOf(e.Fun); (name == "Sprintf" || name == "Errorf") && len(e.Args) > 0 {
			return spoken(e.Args[0])
		}
	}
	return "%"
}
