package main

import "golang.org/x/sys/unix"

// leaveNoCore keeps this process's memory, and with it every secret, out of core dumps, also those that are piped to a
// program (core(5), which heeds the process's flag only), and out of the reach of the user's other processes.
func leaveNoCore() error {
	if err := unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{}); err != nil {
		return err
	}
	return unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0)
}
