//go:build linux

package main

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// A daemon's memory goes into no core dump: neither a file, nor what the kernel pipes to a program.
func TestNoCore(t *testing.T) {
	if os.Getenv("TRIAGED_TEST_CORE") == "" {
		run := exec.Command(os.Args[0], "-test.run", "^TestNoCore$", "-test.v")
		run.Env = append(os.Environ(), "TRIAGED_TEST_CORE=1") // in a process of its own: it is not taken back
		if out, err := run.CombinedOutput(); err != nil || !strings.Contains(string(out), "--- PASS: TestNoCore") {
			t.Errorf("%v\n%s", err, out)
		}
		return
	}
	if err := leaveNoCore(); err != nil {
		t.Fatal(err)
	}
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_CORE, &limit); err != nil || limit.Max != 0 {
		t.Errorf("%+v, %v", limit, err)
	}
	if dumpable, err := unix.PrctlRetInt(unix.PR_GET_DUMPABLE, 0, 0, 0, 0); err != nil || dumpable != 0 {
		t.Errorf("dumpable %d, %v", dumpable, err)
	}
}
