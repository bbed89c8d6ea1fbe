package oauth

import (
	"os"
	"path/filepath"
)

// KeepRefresh keeps a refresh token alone, as if its access token had ended.
func KeepRefresh(s *Source, refresh string) error {
	if err := os.MkdirAll(filepath.Dir(s.file.path), 0o700); err != nil {
		return err
	}
	return s.file.write(kept{Refresh: refresh})
}
