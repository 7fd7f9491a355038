package session

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

// Extension ends the names of session files.
const Extension = ".leaktop"

// Dir returns the directory of the files of live runs: leaktop below
// $XDG_STATE_HOME, where that is an absolute path; else where the system keeps
// what programs remember: ~/.local/state, ~/Library/Application Support on
// macOS, %LocalAppData% on Windows. It need not exist.
func Dir() (string, error) {
	if state := os.Getenv("XDG_STATE_HOME"); filepath.IsAbs(state) {
		return filepath.Join(state, "leaktop"), nil
	}
	if runtime.GOOS == "windows" {
		if local := os.Getenv("LocalAppData"); local != "" {
			return filepath.Join(local, "leaktop"), nil
		}
	}
	home, err := os.UserHomeDir()
	if err != nil || !filepath.IsAbs(home) {
		return "", errors.New("state directory: the home directory is not known; set XDG_STATE_HOME")
	}
	switch runtime.GOOS {
	case "darwin", "ios":
		return filepath.Join(home, "Library", "Application Support", "leaktop"), nil
	case "windows":
		return filepath.Join(home, "AppData", "Local", "leaktop"), nil
	}
	return filepath.Join(home, ".local", "state", "leaktop"), nil
}

// maxName bounds what a file's name takes from the target's.
const maxName = 60

// Path returns the path of the file of a live run in a directory: when it was begun,
// and what was watched. Names sort by time.
func Path(dir, target string, begun time.Time) string {
	_, name, ok := strings.Cut(target, "://")
	if !ok {
		name = target
	}
	name = strings.TrimSuffix(strings.TrimSuffix(name, "/"), "/debug/pprof")
	safe := []byte(name[:min(len(name), maxName)])
	for i, c := range safe {
		if !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '.' && i > 0) {
			safe[i] = '-'
		}
	}
	name = begun.UTC().Format("20060102-150405Z-") + strings.Trim(string(safe), "-.")
	return filepath.Join(dir, strings.TrimSuffix(name, "-")+Extension)
}
