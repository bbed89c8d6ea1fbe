package mailbox

import (
	"context"
	"slices"
	"sync"
	"time"
)

// A mail that failed fewer times is tried again at once, in the next session or at the next look; after as many, the owner
// is told, and the distances grow.
const (
	failuresToTell   = 3
	farthestDistance = 15 * time.Minute
)

// troubleKey names a mail that made trouble.
type troubleKey struct {
	folder Folder
	uid    uint32
}

// trouble is what is known of such a mail.
type trouble struct {
	failures int
	after    time.Time // not to be tried before
}

// troubles outlast sessions. Offers run beside fetching, so they are locked.
type troubles struct {
	mu    sync.Mutex
	mails map[troubleKey]*trouble
}

// due tells whether a mail may be tried, and whether it failed before.
func (w *watcher) due(f Folder, m Listed) (due, suspect bool) {
	w.troubles.mu.Lock()
	defer w.troubles.mu.Unlock()
	t := w.troubles.mails[troubleKey{f, m.UID}]
	if t == nil {
		return true, false
	}
	return !time.Now().Before(t.after), true
}

// failed notes a failure of one mail and tells the owner once there were enough.
func (w *watcher) failed(ctx context.Context, f Folder, m Listed, err error) {
	w.troubles.mu.Lock()
	key := troubleKey{f, m.UID}
	t := w.troubles.mails[key]
	if t == nil {
		t = &trouble{}
		w.troubles.mails[key] = t
	}
	t.failures++
	failures := t.failures
	if beyond := failures - failuresToTell; beyond >= 0 {
		t.after = time.Now().Add(min(farthestDistance, w.PollInterval<<min(beyond, 10)))
	}
	w.troubles.mu.Unlock()

	w.Log.Warn("a mail could not be handed over", "mailbox", f.Mailbox, "folder", f.Name, "uid", m.UID,
		"failures", failures, "error", err)
	if owner, wants := w.owner.(TroubleOwner); wants && failures >= failuresToTell {
		owner.Trouble(ctx, f, m, err)
	}
}

// recovered forgets the troubles of mails that the owner took.
func (w *watcher) recovered(f Folder, mails []Listed, said []Disposition) {
	for i, m := range mails {
		if said[i] != Pending {
			w.forget(f, m)
		}
	}
}

func (w *watcher) forget(f Folder, m Listed) {
	w.troubles.mu.Lock()
	defer w.troubles.mu.Unlock()
	delete(w.troubles.mails, troubleKey{f, m.UID})
}

// forgetTroubles drops what is known of mails that are no longer in a folder, all of whose mails are listed, in order.
func (w *watcher) forgetTroubles(f Folder, listed []Listed) {
	w.troubles.mu.Lock()
	defer w.troubles.mu.Unlock()
	for key := range w.troubles.mails {
		if key.folder.Name != f.Name {
			continue
		}
		_, there := slices.BinarySearchFunc(listed, key.uid, func(m Listed, uid uint32) int {
			return int(int64(m.UID) - int64(uid))
		})
		if !there || key.folder != f {
			delete(w.troubles.mails, key)
		}
	}
}
