package mailbox

import "context"

type watcher struct {
	Settings
	owner    Owner
	troubles map[troubleKey]*trouble
}
type troubleKey struct {
	folder Folder
	uid    uint32
}
type trouble struct{}

func (s *Settings) complete() error { return nil }

func (w *watcher) run(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }
