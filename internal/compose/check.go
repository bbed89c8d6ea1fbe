package compose

func (t *Texts) check() error { return nil }
