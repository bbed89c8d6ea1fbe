package systemd

import (
	"fmt"
	"strings"
)

// Service is a daemon that a unit is written for.
type Service struct {
	Name        string       // of the unit and of the folders below /var/lib and /etc
	Description string       // one line
	Program     string       // its absolute path
	Arguments   []string     // that run it
	Credentials []Credential // secrets that the manager reads for it
	DataDir     string       // where it keeps its state
	User        string       // who runs it; "": a user that exists only while it runs
}

// Credential is a secret that the service manager hands to the daemon (systemd.exec(5), LoadCredential=).
type Credential struct{ Name, File string }

// StateDirectory is where a service keeps its state if it may choose.
func StateDirectory(name string) string { return "/var/lib/" + name }

// sandbox takes away from the daemon whatever a mail bot has no use for. It needs the network, its data directory, and to
// read its configuration.
const sandbox = `# Nothing but its state is writable, and most of the machine is out of its sight.
ProtectSystem=strict
ProtectHome=yes
PrivateTmp=yes
PrivateDevices=yes
ProtectProc=invisible
ProcSubset=pid
ProtectClock=yes
ProtectHostname=yes
ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectKernelLogs=yes
ProtectControlGroups=yes
RemoveIPC=yes
UMask=0077
LimitCORE=0

# It gets no rights that it does not have, and asks the kernel for nothing that a mail bot needs not.
NoNewPrivileges=yes
CapabilityBoundingSet=
AmbientCapabilities=
PrivateUsers=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
MemoryDenyWriteExecute=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged
SystemCallErrorNumber=EPERM
`

// Unit writes the unit file of a service that tells when it is ready, reloads, and is alive.
func Unit(s Service) string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line("[Unit]")
	line("Description=%s", escape(s.Description))
	line("Wants=network-online.target")
	line("After=network-online.target nss-lookup.target time-sync.target")
	line("# Try for an hour before giving up: mail servers come back.")
	line("StartLimitIntervalSec=1h\nStartLimitBurst=60\n")
	line("[Service]\nType=notify\nNotifyAccess=main")
	line("ExecStart=%s %s", escape(s.Program), words(s.Arguments))
	line("ExecReload=/bin/kill -HUP $MAINPID")
	line("Restart=on-failure\nRestartSec=10s")
	line("# An older state is migrated and indexed anew at its first start.")
	line("TimeoutStartSec=10min\nTimeoutStopSec=30s\nWatchdogSec=2min\n")
	s.owner(line)
	for _, c := range s.Credentials {
		line("LoadCredential=%s:%s", c.Name, escape(c.File))
	}
	line("\n%s", sandbox)
	line("[Install]\nWantedBy=multi-user.target")
	return b.String()
}

// owner says who runs the service, and where its state is.
func (s Service) owner(line func(string, ...any)) {
	switch {
	case s.User == "":
		line("# A user that exists only while the service runs; what it owns lies in %s.", StateDirectory(s.Name))
		line("DynamicUser=yes\nStateDirectory=%s\nStateDirectoryMode=0700", s.Name)
	case s.DataDir == StateDirectory(s.Name):
		line("User=%s\nStateDirectory=%s\nStateDirectoryMode=0700", s.User, s.Name)
	default:
		line("User=%s\nReadWritePaths=%s", s.User, escape(s.DataDir))
	}
}

// words are arguments as ExecStart= takes them (systemd.service(5), command lines).
func words(arguments []string) string {
	quoted := make([]string, len(arguments))
	for i, a := range arguments {
		quoted[i] = strings.ReplaceAll(escape(a), "$", "$$")
		if strings.ContainsAny(a, " \t'\"\\;") || a == "" {
			quoted[i] = `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(quoted[i]) + `"`
		}
	}
	return strings.Join(quoted, " ")
}

// escape keeps a percent sign from being a specifier (systemd.unit(5)).
func escape(s string) string { return strings.ReplaceAll(s, "%", "%%") }
