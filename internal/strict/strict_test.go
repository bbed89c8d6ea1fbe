package strict

import (
	"strings"
	"testing"
)

type shelf struct {
	Name string          `toml:"name"`
	Book []book          `toml:"book"`
	Box  map[string]book `toml:"box"`
}

type book struct {
	Title string `toml:"title"`
	Pages int    `toml:"pages"`
}

func TestNothingIsPassedOver(t *testing.T) {
	for text, want := range map[string]string{
		"name = 'x'\n[[book]]\ntitel = 'y'":   `shelf.toml:3: unknown key "titel": did you mean "title"?`,
		"[box.blue]\npagse = 3":               `shelf.toml:2: unknown key "pagse": did you mean "pages"?`,
		"[[boook]]\ntitle = 'y'":              `shelf.toml:1: unknown key "boook": did you mean "book"?`,
		"zebra = 1":                           `shelf.toml:1: unknown key "zebra": there is no such key here`,
		"[[book]]\npages = 'many'":            "shelf.toml:2",
		"name = ":                             "shelf.toml:1",
		"[[book]]\ntitel = 1\n[box.x]\np = 1": "shelf.toml:4",
	} {
		if err := Decode("shelf.toml", []byte(text), &shelf{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %q", text, err, want)
		}
	}
	if err := Decode("shelf.toml", []byte("name = 'x'\n[box.blue]\ntitle = 'y'"), &shelf{}); err != nil {
		t.Error(err)
	}
}

func TestLines(t *testing.T) {
	p := Lines([]byte("# a comment\nname = 'x'\n\n[[book]]\n[[book]]\ntitle = 'y'\n[box.blue]\n[box]\nred = {title = 'z'}\n"))
	for path, want := range map[string]int{"name": 2, "box.blue": 7, "box.red": 9, "box.green": 0} {
		if got := p.Of(path); got != want {
			t.Errorf("%s is on line %d, want %d", path, got, want)
		}
	}
	for i, want := range []int{4, 5, 0} {
		if got := p.Element("book", i); got != want {
			t.Errorf("book %d is on line %d, want %d", i, got, want)
		}
	}
}

// TestNearest: what is proposed is near enough to be meant, and nothing is proposed for what is not.
func TestNearest(t *testing.T) {
	keys := []string{"address", "username", "folder", "done_folder", "poll_interval"}
	for in, want := range map[string]string{
		"adress": "address", "addresss": "address", "user": "", "usrename": "username", "fodler": "folder", "done_foldre": "done_folder",
		"pollinterval": "poll_interval", "x": "", "": "", "ADDRESS": "address", strings.Repeat("a", 1000): "",
	} {
		if got := Nearest(in, keys); got != want {
			t.Errorf("nearest to %q is %q, want %q", in, got, want)
		}
	}
}
