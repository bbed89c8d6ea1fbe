package main

import (
	"bytes"
	"testing"
)

func TestProgressSaysHowFar(t *testing.T) {
	var out bytes.Buffer
	show, end := progressOn(&out)
	for _, done := range []int64{0, 1, 999, 1_500_000, 3_000_000} {
		show(done, 3_000_000)
	}
	end()
	if want := "\r  0% of 3.0 MB\r 50% of 3.0 MB\r100% of 3.0 MB\r\x1b[K"; out.String() != want {
		t.Errorf("%q, want %q", out.String(), want)
	}
	out.Reset()
	if _, end := progressOn(&out); end != nil {
		end()
	}
	if out.Len() > 0 {
		t.Errorf("%q for nothing", out.String())
	}
}
