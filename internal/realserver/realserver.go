// Package realserver starts real mail servers for tests: Dovecot and Postfix, found on the machine.
//
// It guarantees a server of the test's own: configuration, mails and sockets in a directory of its own, on ports of
// 127.0.0.1 that nothing else uses, ready when the function returns and gone when the test ends. Where a program is
// missing the test is skipped with a message; with TRIAGED_REQUIRE_SERVERS=1 in the environment it fails instead.
//
// It knows how these servers are configured. It must not know the bot. Only tests import it.
package realserver

import (
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"triaged/internal/inprocess"
)

// ready is how long a server may take to start; it is a limit, not a wait.
const ready = 30 * time.Second

// missing skips the test, or fails it if servers are required.
func missing(tb testing.TB, what string) {
	tb.Helper()
	if os.Getenv("TRIAGED_REQUIRE_SERVERS") == "1" {
		tb.Fatalf("%s, and TRIAGED_REQUIRE_SERVERS=1", what)
	}
	tb.Skipf("%s; skipped", what)
}

// program finds a program, in the directories of system programs too.
func program(tb testing.TB, name string) string {
	tb.Helper()
	for _, dir := range append(filepath.SplitList(os.Getenv("PATH")), "/usr/sbin", "/usr/local/sbin", "/sbin") {
		path := filepath.Join(dir, name)
		if info, err := os.Stat(path); err == nil && !info.IsDir() && info.Mode()&0o111 != 0 {
			return path
		}
	}
	missing(tb, name+" is not installed on this machine")
	return ""
}

// identity is who a server runs as: nobody if the test runs as root, else who runs the test.
type identity struct {
	user, group string
	uid, gid    int
}

func serverIdentity(tb testing.TB) identity {
	tb.Helper()
	name := "nobody"
	if os.Geteuid() != 0 {
		name = strconv.Itoa(os.Geteuid())
	}
	u, err := user.Lookup(name)
	if err != nil {
		u, err = user.LookupId(name)
	}
	if err != nil {
		tb.Fatalf("who is %s: %v", name, err)
	}
	g, err := user.LookupGroupId(u.Gid)
	if err != nil {
		tb.Fatalf("which group is %s: %v", u.Gid, err)
	}
	id := identity{user: u.Username, group: g.Name}
	id.uid, _ = strconv.Atoi(u.Uid) // numbers on every system that has these servers
	id.gid, _ = strconv.Atoi(u.Gid)
	return id
}

// become makes a command run as the identity.
func (id identity) become(c *exec.Cmd) {
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if os.Geteuid() == 0 {
		c.SysProcAttr.Credential = &syscall.Credential{Uid: uint32(id.uid), Gid: uint32(id.gid)}
	}
}

// give hands files over to the identity.
func (id identity) give(tb testing.TB, paths ...string) {
	tb.Helper()
	if os.Geteuid() != 0 {
		return
	}
	for _, path := range paths {
		if err := os.Chown(path, id.uid, id.gid); err != nil {
			tb.Fatal(err)
		}
	}
}

// directory makes a directory that belongs to the identity. Its path is short, for sockets lie in it, and it is not below
// tb.TempDir, which others cannot enter.
func directory(tb testing.TB, id identity) string {
	tb.Helper()
	dir, err := os.MkdirTemp("", "triaged-")
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			tb.Error(err)
		}
	})
	if err := os.Chmod(dir, 0o755); err != nil {
		tb.Fatal(err)
	}
	id.give(tb, dir)
	return dir
}

// write writes a file that the identity can read.
func (id identity) write(tb testing.TB, path, text string) {
	tb.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		tb.Fatal(err)
	}
	id.give(tb, path)
}

// freePort returns a port that nothing listened on a moment ago.
func freePort(tb testing.TB) int {
	tb.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

func addressOf(port int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }

// process is a running server.
type process struct {
	cmd    *exec.Cmd
	exited chan struct{}
	output strings.Builder
}

// start starts a server and arranges for its end.
func start(tb testing.TB, cmd *exec.Cmd) *process {
	tb.Helper()
	p := &process{cmd: cmd, exited: make(chan struct{})}
	cmd.Stdout, cmd.Stderr = &p.output, &p.output
	cmd.WaitDelay = time.Second // for what the server has started and left behind holds the output open
	if err := cmd.Start(); err != nil {
		tb.Fatalf("start %s: %v", cmd.Path, err)
	}
	go func() {
		_ = cmd.Wait() // it is ended by a signal
		close(p.exited)
	}()
	tb.Cleanup(func() { p.stop(tb) })
	return p
}

// stop ends the server and what it started, which is its process group.
func (p *process) stop(tb testing.TB) {
	tb.Helper()
	_ = syscall.Kill(-p.cmd.Process.Pid, syscall.SIGTERM)
	select {
	case <-p.exited:
	case <-time.After(10 * time.Second):
		_ = syscall.Kill(-p.cmd.Process.Pid, syscall.SIGKILL)
		<-p.exited
	}
}

// await waits until the server answers on an address with a line that starts with a greeting.
func (p *process) await(tb testing.TB, address, greeting string) {
	tb.Helper()
	var err error
	for end := time.Now().Add(ready); time.Now().Before(end); {
		select {
		case <-p.exited:
			tb.Fatalf("%s ended at once: %s", p.cmd.Path, p.output.String())
		default:
		}
		if err = greeted(address, greeting); err == nil {
			return
		}
		time.Sleep(10 * time.Millisecond) // between attempts to connect; nothing else tells
	}
	tb.Fatalf("%s does not answer: %v", p.cmd.Path, err)
}

func greeted(address, greeting string) error {
	c, err := net.DialTimeout("tcp", address, time.Second)
	if err != nil {
		return err
	}
	defer c.Close()
	if err := c.SetReadDeadline(time.Now().Add(5 * time.Second)); err != nil {
		return err
	}
	line := make([]byte, len(greeting))
	if _, err := c.Read(line); err != nil {
		return err
	}
	if string(line) != greeting {
		return fmt.Errorf("it says %q", line)
	}
	return nil
}

// certificate makes a certificate for localhost in a directory and returns who trusts it.
func certificate(tb testing.TB, dir string, id identity) *x509.CertPool {
	tb.Helper()
	c, err := inprocess.NewCertificate("localhost", "127.0.0.1")
	if err != nil {
		tb.Fatal(err)
	}
	id.write(tb, filepath.Join(dir, "cert.pem"), string(c.CertPEM))
	id.write(tb, filepath.Join(dir, "key.pem"), string(c.KeyPEM))
	return c.Roots
}

// version runs a program for its version and returns what it says.
func version(tb testing.TB, path string, args ...string) string {
	tb.Helper()
	out, err := exec.Command(path, args...).CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		tb.Fatalf("%s %s: %v", path, strings.Join(args, " "), err)
	}
	return string(out)
}
