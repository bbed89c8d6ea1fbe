package oauth

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// file is where the tokens of one application and account are kept.
type file struct {
	path, account string
}

// fileOf names the file: by the account, for people, and by all that makes one token differ from another. Log-ins that
// share all of it share the token.
func fileOf(dir string, a Application) file {
	sum := sha256.Sum256([]byte(strings.Join(append([]string{a.Account, string(a.Grant), a.ClientID, a.TokenURL}, a.Scopes...), "\n")))
	account := strings.Map(func(r rune) rune {
		if strings.ContainsRune("@.-_", r) || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
			return r
		}
		return '_'
	}, a.Account)
	name := fmt.Sprintf("%.64s-%s.json", account, hex.EncodeToString(sum[:4]))
	return file{path: filepath.Join(dir, name), account: a.Account}
}

const maxFile = 1 << 20 // bytes; a token has a few thousand

// read returns what is kept; nothing, if that is nothing yet or cannot be read as what was written.
func (f file) read() (kept, error) {
	info, err := os.Stat(f.path)
	if errors.Is(err, fs.ErrNotExist) {
		return kept{}, nil
	}
	if err != nil {
		return kept{}, fmt.Errorf("look for a token: %w", err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return kept{}, fmt.Errorf("the token in %s can be read by others: mend it with: chmod 600 '%s'", f.path, f.path)
	}
	if info.Size() > maxFile {
		return kept{}, nil
	}
	data, err := os.ReadFile(f.path)
	if err != nil {
		return kept{}, fmt.Errorf("read a token: %w", err)
	}
	var k kept
	if json.Unmarshal(data, &k) != nil {
		return kept{}, nil
	}
	return k, nil
}

// write replaces what is kept: at any moment, and after a crash, the old or the new is there whole.
func (f file) write(k kept) (err error) {
	k.Account = f.account
	data, err := json.MarshalIndent(k, "", "  ")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = fmt.Errorf("keep a token: %w", err)
		}
	}()
	dir := filepath.Dir(f.path)
	temporary, err := os.CreateTemp(dir, filepath.Base(f.path)+".*.new") // with mode 0600
	if err != nil {
		return err
	}
	_, err = temporary.Write(append(data, '\n'))
	err = errors.Join(err, temporary.Sync(), temporary.Close(), f.handOver(temporary.Name()))
	if err == nil {
		err = os.Rename(temporary.Name(), f.path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(temporary.Name()))
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// handOver gives what root has made to the owner of the data directory, as whom the bot runs.
func (f file) handOver(path string) error {
	if os.Geteuid() != 0 {
		return nil
	}
	info, err := os.Stat(filepath.Dir(filepath.Dir(f.path)))
	if err != nil {
		return err
	}
	owner, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return nil
	}
	return os.Chown(path, int(owner.Uid), int(owner.Gid))
}

// lock waits for other processes, and other sources of this one, that are renewing the same token.
func (f file) lock(ctx context.Context) (unlock func(), err error) {
	dir := filepath.Dir(f.path)
	if err := errors.Join(os.MkdirAll(dir, 0o700), f.handOver(dir)); err != nil {
		return nil, fmt.Errorf("make a place for tokens: %w", err)
	}
	l, err := os.OpenFile(f.path+".lock", os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock a token: %w", err)
	}
	if err := f.handOver(l.Name()); err != nil {
		return nil, errors.Join(fmt.Errorf("lock a token: %w", err), l.Close())
	}
	for {
		err = syscall.Flock(int(l.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			return func() { l.Close() }, nil // and with it the lock
		}
		if !errors.Is(err, syscall.EWOULDBLOCK) {
			break
		}
		select {
		case <-time.After(20 * time.Millisecond):
			continue
		case <-ctx.Done():
			err = fmt.Errorf("another process is renewing it: %w", ctx.Err())
		}
		break
	}
	return nil, errors.Join(fmt.Errorf("lock a token: %w", err), l.Close())
}
