package message

func isTNEF(p *part) bool                  { return false }
func (c *composer) tnefFiles(p *part) bool { return false }
