package main

import (
	"fmt"
	"os"
	"path/filepath"

	"triaged/internal/config"
	"triaged/internal/systemd"
)

type serviceCommand struct {
	Name string `default:"triaged" help:"The unit's name (default: triaged)."`
	User string `placeholder:"NAME" help:"Who runs it. Without it, a user that exists only while it runs."`
}

// Help says what becomes of the unit.
func (serviceCommand) Help() string {
	return `Prints a systemd unit that runs the bot with the configuration of --config, confined to its state and the network. The bot
tells when it is ready, and is started again when it hangs. Secrets that the configuration takes as credentials
(password_credential) are read by systemd from the configuration's folder, so that root alone can read them:

  triaged service -c /etc/triaged/config.toml > /etc/systemd/system/triaged.service
  systemctl daemon-reload && systemctl enable --now triaged

systemctl reload triaged makes it read its configuration again. The other commands run as root, or as --user.`
}

func (l *serviceCommand) Run(c *commands, s streams) error {
	if err := c.textOnly("a unit is for systemd"); err != nil {
		return err
	}
	cfg, err := config.LoadPublic(c.Config)
	if err != nil {
		return err
	}
	if l.Name != filepath.Base(l.Name) || l.Name == "." || l.Name == ".." {
		return usageError{fmt.Errorf("%q cannot be the name of a unit", l.Name)}
	}
	program, err := os.Executable()
	if err != nil {
		return fmt.Errorf("cannot find this program: %w", err)
	}
	file, err := filepath.Abs(c.Config)
	if err != nil {
		return err
	}
	data, err := filepath.Abs(cfg.Desk.DataDir)
	if err != nil {
		return err
	}
	unit := systemd.Service{
		Name: l.Name, Description: "triaged, the mail bot of " + cfg.Desk.Address, Program: program,
		Arguments: []string{"run", "--config", file}, DataDir: data, User: l.User,
	}
	for _, name := range cfg.Credentials() {
		unit.Credentials = append(unit.Credentials, systemd.Credential{Name: name, File: filepath.Join(filepath.Dir(file), name)})
	}
	if state := systemd.StateDirectory(l.Name); l.User == "" && data != state {
		fmt.Fprintf(s.err, "Set desk.data_dir = %q, which this unit makes and owns, or name the owner of %s with --user.\n", state, data)
	}
	_, err = fmt.Fprint(s.out, systemd.Unit(unit))
	return err
}
