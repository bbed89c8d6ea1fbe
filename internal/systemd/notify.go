// Package systemd is what the daemon and the service manager say to each other: the states of sd_notify(3), and the unit
// file that starts the daemon.
//
// It guarantees that without a service manager nothing is sent and nothing fails, and that the unit it writes gives the
// daemon what it needs and as good as nothing else.
//
// It knows the protocol and the directives of systemd. It must not know what the daemon does, nor when it is well.
package systemd

import (
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"time"
)

// The states that a daemon tells (sd_notify(3)).
const (
	Ready    = "READY=1"
	Stopping = "STOPPING=1"
	Alive    = "WATCHDOG=1"
)

// Reloading is the state of a daemon that reads its configuration again; Ready ends it.
func Reloading() string { return "RELOADING=1\nMONOTONIC_USEC=" + monotonic() }

// Status is one line for people who look at the service.
func Status(text string) string {
	return "STATUS=" + strings.NewReplacer("\n", " ", "\r", " ").Replace(text)
}

// Manager is the service manager that started this process. The nil Manager is none.
type Manager struct {
	address string
	limit   time.Duration
}

// FromEnvironment finds the service manager, if there is one, and takes its variables away: a program that this one starts
// is not the daemon.
func FromEnvironment() *Manager {
	address := os.Getenv("NOTIFY_SOCKET")
	limit := watchdog(os.Getenv("WATCHDOG_USEC"), os.Getenv("WATCHDOG_PID"))
	for _, name := range []string{"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"} {
		os.Unsetenv(name)
	}
	if address == "" {
		return nil
	}
	return &Manager{address, limit}
}

// watchdog reads the time within which Alive is expected (sd_watchdog_enabled(3)); 0 if it is not.
func watchdog(micros, pid string) time.Duration {
	n, err := strconv.ParseInt(micros, 10, 64)
	if err != nil || n <= 0 || pid != "" && pid != strconv.Itoa(os.Getpid()) {
		return 0
	}
	return time.Duration(n) * time.Microsecond
}

// Watchdog is the time within which Alive must be told again and again; 0 if nobody waits for it.
func (m *Manager) Watchdog() time.Duration {
	if m == nil {
		return 0
	}
	return m.limit
}

// Tell sends states, such as Ready.
func (m *Manager) Tell(states ...string) error {
	if m == nil {
		return nil
	}
	conn, err := net.DialUnix("unixgram", nil, &net.UnixAddr{Name: m.address, Net: "unixgram"}) // "@" is abstract, as in the net package
	if err != nil {
		return fmt.Errorf("cannot reach the service manager: %w", err)
	}
	defer conn.Close()
	if _, err := conn.Write([]byte(strings.Join(states, "\n"))); err != nil {
		return fmt.Errorf("cannot tell the service manager: %w", err)
	}
	return nil
}
