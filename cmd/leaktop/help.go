package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"charm.land/fang/v2"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"golang.org/x/term"
)

// styledHelp prints the help of a command as fang does, but for its flags. Nothing
// else goes through fang: it asks the terminal for its colours even to report an
// error, and an error is to be one plain line.
func styledHelp(ctx context.Context, cmd *cobra.Command, std streams) {
	root := newRoot(std)
	root.InitDefaultCompletionCmd()
	path := strings.Fields(cmd.CommandPath())[1:]
	root.SetArgs(append(path, "--help"))
	usages := flagUsages(root, path, helpWidth(std.out))
	// Printing help does not fail but for a closed output, where nobody reads why.
	_ = fang.Execute(ctx, root, fang.WithoutVersion(), fang.WithoutManpage())
	fmt.Fprint(std.out, usages)
}

// flagUsages is the part of a command's help that tells its flags: their values
// and what they are for, broken where a line is full. They are hidden from the rest
// of the help, which does neither, and begins each usage with a capital, also
// where it begins with a word that is to be typed.
func flagUsages(root *cobra.Command, path []string, width int) string {
	cmd, _, err := root.Find(path)
	if err != nil {
		return ""
	}
	cmd.InitDefaultHelpFlag()
	cmd.InitDefaultVersionFlag()
	const indent = "  "
	var b strings.Builder
	b.WriteString(indent + "FLAGS\n\n")
	for line := range strings.Lines(cmd.Flags().FlagUsagesWrapped(width - len(indent))) {
		b.WriteString(indent + line)
	}
	cmd.Flags().VisitAll(func(f *pflag.Flag) { f.Hidden = true })
	return b.String()
}

const (
	// mostHelpWidth is as wide as a help text becomes, which is what fang has.
	mostHelpWidth = 120
	// unknownWidth is that of what is no terminal.
	unknownWidth = 100
)

// helpWidth is how wide a help text may be.
func helpWidth(out io.Writer) int {
	file, ok := out.(*os.File)
	if !ok {
		return unknownWidth
	}
	width, _, err := term.GetSize(int(file.Fd()))
	if err != nil {
		return unknownWidth
	}
	return min(width, mostHelpWidth)
}
