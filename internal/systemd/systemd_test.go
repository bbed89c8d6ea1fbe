package systemd

import (
	"flag"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "write the golden files anew")

// manager listens as a service manager does.
func manager(t *testing.T, address string) *net.UnixConn {
	t.Helper()
	conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: address, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

func TestTell(t *testing.T) {
	for _, address := range []string{filepath.Join(t.TempDir(), "notify"), "@triaged-test-" + strconv.Itoa(os.Getpid())} {
		conn := manager(t, address)
		t.Setenv("NOTIFY_SOCKET", address)
		t.Setenv("WATCHDOG_USEC", "120000000")
		t.Setenv("WATCHDOG_PID", strconv.Itoa(os.Getpid()))
		m := FromEnvironment()
		if os.Getenv("NOTIFY_SOCKET") != "" {
			t.Error("programs started from here would speak for the daemon")
		}
		if m.Watchdog() != 2*time.Minute {
			t.Errorf("watchdog within %v", m.Watchdog())
		}
		if err := m.Tell(Ready, Status("watching\n2 mailboxes")); err != nil {
			t.Fatal(err)
		}
		b := make([]byte, 1000)
		n, err := conn.Read(b)
		if got, want := string(b[:n]), "READY=1\nSTATUS=watching 2 mailboxes"; err != nil || got != want {
			t.Errorf("told %q, want %q (%v)", got, want, err)
		}
	}
}

func TestReloadingNamesItsTime(t *testing.T) {
	_, micros, _ := strings.Cut(Reloading(), "MONOTONIC_USEC=")
	first, err := strconv.ParseInt(micros, 10, 64)
	_, micros, _ = strings.Cut(Reloading(), "MONOTONIC_USEC=")
	second, _ := strconv.ParseInt(micros, 10, 64)
	if err != nil || first <= 0 || second < first {
		t.Errorf("%d, then %d (%v)", first, second, err)
	}
}

func TestNoManager(t *testing.T) {
	t.Setenv("NOTIFY_SOCKET", "")
	m := FromEnvironment()
	if err := m.Tell(Ready); m != nil || err != nil || m.Watchdog() != 0 {
		t.Errorf("%v, %v, %v", m, err, m.Watchdog())
	}
	t.Setenv("NOTIFY_SOCKET", filepath.Join(t.TempDir(), "gone"))
	if err := FromEnvironment().Tell(Ready); err == nil {
		t.Error("nobody listened, and all was well")
	}
	if d := watchdog("1000000", "1"); d != 0 {
		t.Errorf("another process's watchdog: %v", d)
	}
}

func TestUnit(t *testing.T) {
	for name, s := range map[string]Service{
		"dynamic": {
			Name: "triaged", Description: "triaged, support@school.example", Program: "/usr/local/bin/triaged",
			Arguments: []string{"run", "--config", "/etc/triaged/config.toml"}, DataDir: "/var/lib/triaged",
			Credentials: []Credential{{"mail-password", "/etc/triaged/mail-password"}},
		},
		"user": {
			Name: "triaged", Description: "100% mail", Program: "/opt/triaged", User: "triaged",
			Arguments: []string{"run", "--config", "/srv/the desk/$config.toml"}, DataDir: "/srv/data",
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := Unit(s)
			golden := filepath.Join("testdata", name+".service")
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil || string(want) != got {
				t.Errorf("not %s (%v):\n%s", golden, err, got)
			}
		})
	}
}

// TestUnitIsVerified lets systemd itself read the unit, and say how exposed the service is.
func TestUnitIsVerified(t *testing.T) {
	analyze, err := exec.LookPath("systemd-analyze")
	if err != nil {
		t.Skip("systemd-analyze is not installed")
	}
	unit := filepath.Join(t.TempDir(), "triaged.service")
	self, err := os.Executable() // a program that exists
	if err != nil {
		t.Fatal(err)
	}
	s := Service{Name: "triaged", Description: "triaged", Program: self, Arguments: []string{"run"}, DataDir: "/var/lib/triaged",
		Credentials: []Credential{{"password", "/etc/triaged/password"}}}
	if err := os.WriteFile(unit, []byte(Unit(s)), 0o644); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(analyze, "verify", "--man=no", unit).CombinedOutput(); err != nil || strings.Contains(string(out), "triaged.service:") {
		t.Errorf("verify: %v\n%s", err, out)
	}
	// 15 is an exposure of 1.5 of 10: only the network is left.
	if out, err := exec.Command(analyze, "security", "--offline=yes", "--threshold=15", unit).CombinedOutput(); err != nil {
		t.Errorf("security: %v\n%s", err, out)
	}
}
