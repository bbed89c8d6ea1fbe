//go:build !linux

package systemd

// monotonic is not asked for where there is no systemd.
func monotonic() string { return "0" }
