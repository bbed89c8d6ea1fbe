//go:build unix && !linux

package main

import "golang.org/x/sys/unix"

// leaveNoCore keeps this process's memory, and with it every secret, out of core dumps.
func leaveNoCore() error { return unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{}) }
