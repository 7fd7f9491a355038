package target

import (
	"os"
	"regexp"
	"runtime"
	"strings"

	"leaktop/capture/clean"
)

// mostName bounds how much is shown of what was typed, in characters.
const mostName = 200

// hidden stands for what may be a secret.
const hidden = "…"

var (
	// schemeStart matches the scheme of an address, also where slashes are missing.
	schemeStart = regexp.MustCompile(`^(?:[A-Za-z][A-Za-z0-9+.-]*:[/\\]+|(?i:https?|unix|ssh|k8s|pid):)`)
	// headerStart matches the name of a header that was typed in an input's place.
	headerStart = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9-]*:(?:\s)`)
	// driveStart matches how an absolute path begins on Windows.
	driveStart = regexp.MustCompile(`^[A-Za-z]:\\`)
	// query matches the query of an address that lacks its host.
	query = regexp.MustCompile(`[?;&#].*=`)
	// moment and fileEnding match how the name of a snapshot or of a file ends.
	moment     = regexp.MustCompile(`@(?:\d{4}-\d\d-\d\d[T ])?\d\d?:\d\d(?::\d\d)?(?:Z|[+-]\d\d:\d\d)?$`)
	fileEnding = regexp.MustCompile(`(?i)\.(?:leaktop|pb|gz|pprof|prof|txt|log|json|xml|html|out|dump|zip|tar|tgz|xz|zst|csv|md|svg|pem|crt|key)(?:#\d+)?$`)
)

// Name returns what was typed where an input is named, an address, a file or the
// value of a flag, as it may be shown: one line without what may be a secret. It
// is the one way to name an input in a message. A file that is there is named
// whole, whatever characters its name has.
//
// What was typed need not be right, so that no parser of URLs can tell where a
// password in it ends. All before the last "@" goes, and so do the query, the
// fragment, what follows a ";", and a port that is no number.
func Name(text string) string {
	if _, err := os.Lstat(text); err == nil {
		return clean.Middle(text, mostName)
	}
	return redacted(text)
}

// Quote returns the same in quotes.
func Quote(text string) string { return `"` + Name(text) + `"` }

// redacted is [Name] of what is no file.
func redacted(text string) string {
	text = strings.TrimSpace(text)
	if namesFile(text) {
		return clean.Middle(text, mostName)
	}
	if field := headerStart.FindString(text); field != "" {
		return clean.Middle(field+hidden, mostName)
	}
	scheme := schemeStart.FindString(text)
	rest := text[len(scheme):]
	if end := userEnd(rest); end > 0 {
		if !knownScheme(scheme) {
			scheme = "" // it may be a part of what is secret
		}
		if strings.ContainsAny(rest[:end], "?;&#=") {
			return clean.Middle(scheme+hidden, mostName) // the "@" may belong to a query, and what follows it, too
		}
		return clean.Middle(scheme+hidden+"@"+shortened(rest[end:], true), mostName)
	}
	return clean.Middle(scheme+shortened(noPassword(scheme, rest), scheme != ""), mostName)
}

// userEnd returns where what follows the last "@" begins, written as itself or
// as %40; 0 where there is nothing before one.
func userEnd(text string) int {
	plain, escaped := strings.LastIndexByte(text, '@'), strings.LastIndex(text, "%40")
	switch {
	case escaped > plain && escaped > 0:
		return escaped + len("%40")
	case plain > 0:
		return plain + 1
	}
	return 0
}

// shortened leaves out what follows the path. Of an address no path holds a "=".
func shortened(text string, address bool) string {
	ends := "?;&"
	if address {
		ends = "?;&#="
	}
	if i := strings.IndexAny(text, ends); i >= 0 {
		return text[:i+1] + hidden
	}
	if i := strings.IndexByte(text, '#'); i >= 0 && strings.Trim(text[i+1:], digits) != "" {
		return text[:i+1] + hidden // else the number of a snapshot
	}
	return text
}

const digits = "0123456789"

// noPassword hides what stands in the place of a port and is none: where no host
// follows, it may be a password.
func noPassword(scheme, rest string) string {
	if scheme != "" && !strings.HasPrefix(strings.ToLower(scheme), "http") {
		return rest
	}
	authority, path := rest, ""
	if i := strings.IndexAny(rest, `/\`); i >= 0 {
		authority, path = rest[:i], rest[i:]
	}
	host, port, ok := strings.Cut(authority, ":")
	if fileEnding.MatchString(rest) || !ok || host == "" || strings.ContainsAny(port, ":]") || strings.Trim(port, digits) == "" {
		return rest
	}
	return host + ":" + hidden + path
}

// knownScheme reports whether the start of an address is one that people write.
func knownScheme(start string) bool {
	name, _, _ := strings.Cut(start, ":")
	switch strings.ToLower(name) {
	case "http", "https", "unix", "ssh", "k8s", "pid", "ftp", "file", "tcp", "ws", "wss":
		return true
	}
	return false
}

// namesFile reports whether a text can only be meant as a path: nothing in it
// looks like a password before a host, or like the query of an address.
func namesFile(text string) bool {
	if drive := driveStart.FindString(text); drive != "" {
		text = text[len(drive):]
		return !strings.ContainsAny(text, "?") && (!strings.Contains(text, "@") || runtime.GOOS == "windows" || fileAfterAt(text))
	}
	for _, start := range []string{"./", "../", "~/", `.\`, `..\`, `\\`} {
		if strings.HasPrefix(text, start) {
			return true
		}
	}
	if query.MatchString(text) || strings.Contains(text, "://") {
		return false
	}
	if strings.HasPrefix(text, "/") && !strings.HasPrefix(text, "//") {
		first, _, _ := strings.Cut(text[1:], "/")
		return !strings.Contains(first, ":") || userEnd(text) == 0
	}
	if !strings.Contains(text, "@") { // "R&D.pb.gz" has neither a host nor a query
		return !strings.ContainsAny(text, ":=") && fileEnding.MatchString(text)
	}
	return fileAfterAt(text)
}

// fileAfterAt reports whether an "@" belongs to the name of a file or of a
// snapshot: no password stands before it, and no host behind it.
func fileAfterAt(text string) bool {
	if at := moment.FindStringIndex(text); at != nil {
		return !strings.ContainsAny(text[:at[0]], ":@")
	}
	at := strings.LastIndexByte(text, '@')
	before, after := text[:at], text[at+1:]
	inPath := strings.ContainsAny(before, `/\`) || before == "" || !strings.ContainsAny(after, `/\`)
	return !strings.Contains(before, ":") && inPath && fileEnding.MatchString(after)
}
