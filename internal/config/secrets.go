package config

func (d *document) readSecrets(c *Config) {}
