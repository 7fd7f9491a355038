package ascii

import "strings"

// Wanted reports whether a terminal is to be drawn on in ASCII: the locale's
// characters are not UTF-8, or it is the Linux console, whose font lacks most
// symbols.
//
// The locale is what nl_langinfo(CODESET) goes by, as htop and tmux do: the
// first of LC_ALL, LC_CTYPE and LANG that is set to something. C, POSIX and a
// name without a character set, such as de_DE, are not UTF-8, nor is none at
// all, but on macOS and Windows: there the terminals are UTF-8, and a login from
// elsewhere sets nothing.
func Wanted(getenv func(string) string, system string) bool {
	if getenv("TERM") == "linux" {
		return true
	}
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if locale := getenv(name); locale != "" {
			return !utf8Locale(locale)
		}
	}
	return system != "darwin" && system != "ios" && system != "windows"
}

// utf8Locale reports whether a locale, language_TERRITORY.CODESET@modifier, has
// UTF-8. On macOS LC_CTYPE is often the character set alone.
func utf8Locale(locale string) bool {
	locale, _, _ = strings.Cut(locale, "@")
	_, set, ok := strings.Cut(locale, ".")
	if !ok {
		set = locale
	}
	return strings.ReplaceAll(strings.ToLower(set), "-", "") == "utf8"
}
