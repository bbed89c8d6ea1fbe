// Package config reads the configuration of a desk: one documented struct, strictly loaded.
//
// It guarantees that a Config it returns can be run: every key is known, every value is of its type and within its
// range, addresses and time zone are real, calendars can be computed with, secrets are there, and there is somebody
// to tell. Otherwise the error is a *Problems that lists everything that is wrong, with file, line and remedy, so that
// one correction is enough. Secrets never leave it but by Secret.Reveal, and are never taken from a file that everybody can
// read.
//
// The struct in schema.go is the only place where a key is written down: its names, defaults and comments make
// config.example.toml.
//
// It knows files, the environment, commands that print a secret, and the form of every value. It must not know the store or the network, nor what
// the bot does with a value.
package config
