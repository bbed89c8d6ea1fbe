package systemd

import (
	"strconv"

	"golang.org/x/sys/unix"
)

// monotonic is CLOCK_MONOTONIC in microseconds, by which the service manager tells one reload from another.
func monotonic() string {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &t); err != nil {
		return "0"
	}
	return strconv.FormatInt(t.Nano()/1000, 10)
}
