package store_test

import (
	"flag"
	"os"
	"testing"
)

// TestMain lets property tests run fewer times than rapid does by itself, since each of theirs is thirty transactions
// and as many checks. The flag -rapid.checks goes before.
func TestMain(m *testing.M) {
	if dir := os.Getenv(holdVariable); dir != "" {
		holdStore(dir)
		return
	}
	flag.Set("rapid.checks", "20")
	flag.Parse()
	code := m.Run()
	for _, dir := range built {
		os.RemoveAll(dir)
	}
	os.Exit(code)
}
