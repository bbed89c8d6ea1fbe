package config

func (d *document) check(c *Config) {}
