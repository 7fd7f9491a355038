package main

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"leaktop/capture/clean"
	"leaktop/capture/target"
)

// flagFault words an error of the flags' parser, whose own words quote all that
// was typed.
func flagFault(err error) error {
	if unknown, ok := errors.AsType[*pflag.NotExistError](err); ok {
		return fmt.Errorf("%s: there is no such flag", typedFlag(unknown.GetSpecifiedName(), unknown.GetSpecifiedShortnames()))
	}
	if bare, ok := errors.AsType[*pflag.ValueRequiredError](err); ok {
		return fmt.Errorf("%s: it needs a value; give one after it", typedFlag(bare.GetSpecifiedName(), bare.GetSpecifiedShortnames()))
	}
	if bad, ok := errors.AsType[*pflag.InvalidSyntaxError](err); ok {
		return fmt.Errorf("%s: a flag is not written like that", typedFlag(strings.TrimLeft(bad.GetSpecifiedFlag(), "-"), ""))
	}
	invalid, ok := errors.AsType[*pflag.InvalidValueError](err)
	if !ok {
		return err
	}
	why := invalid.Unwrap().Error()
	switch flag := invalid.GetFlag(); flag.Value.Type() {
	case "duration":
		why = "it is not a duration; give it as 90s, 5m or 8h"
	case "int", "int64", "float64":
		why = "it is not a number that the flag accepts; give another one"
	case "bool":
		why = "it is neither true nor false; give the flag alone for true"
	}
	return fmt.Errorf("--%s %s: %s", invalid.GetFlag().Name, target.Quote(invalid.GetValue()), why)
}

// typedFlag is a flag as it was typed, by itself or as one of several letters.
func typedFlag(name, letters string) string {
	if letters != "" {
		return "-" + string([]rune(letters)[:1])
	}
	return "--" + target.Name(name)
}

// shortestHidden is how long a part of the command line must be to be looked for
// in a message: what is shorter holds no secret, but may be a part of any word.
const shortestHidden = 5

// nameArguments replaces what was typed by how it may be shown. Errors of the
// libraries that parse flags, patterns and times quote what they could not parse,
// and with it what may be a password in a mistyped address.
func nameArguments(text string, args []string) string {
	for _, arg := range args {
		for _, part := range partsOf(arg) {
			shown := target.Name(part)
			if len(part) < shortestHidden || shown == part {
				continue
			}
			quoted := strconv.Quote(part)
			for _, form := range []string{part, quoted[1 : len(quoted)-1], clean.Text(part)} {
				text = strings.ReplaceAll(text, form, shown)
			}
		}
	}
	return text
}

// partsOf are the parts of an argument that a message may name by themselves:
// all of it, what is before and after a "=", and the items of a list.
func partsOf(arg string) []string {
	parts := []string{arg}
	if flag, value, ok := strings.Cut(arg, "="); ok {
		parts = append(parts, flag, value)
		arg = value
	}
	if items := strings.Split(arg, ","); len(items) > 1 {
		parts = append(parts, items...)
	}
	return parts
}
