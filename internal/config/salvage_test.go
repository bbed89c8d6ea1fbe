package config

import (
	"os"
	"path/filepath"
	"testing"
)

func TestSalvage(t *testing.T) {
	dir := t.TempDir()
	for text, want := range map[string]Remains{
		"":                                       {filepath.Join(dir, "data"), nil},
		"[desk]\ndata_dir = 7\ntimezone = true":  {filepath.Join(dir, "data"), nil},
		"[desk]\nadress = \"x\"\ndata_dir = 'd'": {filepath.Join(dir, "d"), nil},
		"desk.data_dir = \"d\"\nbroken = 1":      {filepath.Join(dir, "d"), nil},
		"[desk\ndata_dir = \"d\"":                {filepath.Join(dir, "d"), nil},
		"[[mailbox]\n[ desk ] # ours\n \"data_dir\" = \"/var/d\" # there\n[smtp]\ndata_dir = \"other\"\n": {"/var/d", nil},
		"data_dir = \"top\"\n[smtp]\ndata_dir = \"other\"":                                                {filepath.Join(dir, "data"), nil},
	} {
		path := filepath.Join(dir, "config.toml")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if got, ok := Salvage(path); !ok || got.DataDir != want.DataDir || got.Zone.String() != "UTC" {
			t.Errorf("%q: %v %v, want %v", text, got, ok, want.DataDir)
		}
	}
	path := filepath.Join(dir, "zone.toml")
	if err := os.WriteFile(path, []byte("[desk]\ntimezone = \"America/Chicago\"\n[broken"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got, _ := Salvage(path); got.Zone.String() != "America/Chicago" {
		t.Errorf("zone %v", got.Zone)
	}
	if _, ok := Salvage(filepath.Join(dir, "nowhere.toml")); ok {
		t.Error("a file that is not there has remains")
	}
}
