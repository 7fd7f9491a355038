package main

import (
	"fmt"
	"strings"

	mango "github.com/muesli/mango-cobra"
	"github.com/muesli/roff"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

func newMan(std streams) *cobra.Command {
	return &cobra.Command{
		Use:   "man",
		Short: "Print the manual page",
		Long: `man prints the manual page of leaktop and its commands, for man(1) to show or to be
installed in a directory of manual pages.`,
		Example: `leaktop man | man -l -
leaktop man > /usr/local/share/man/man1/leaktop.1`,
		Args: exactly(0, ""),
		RunE: func(*cobra.Command, []string) error {
			root := newRoot(std)
			unbroken(root)
			page, err := mango.NewManPage(1, root)
			if err != nil {
				return fmt.Errorf("man: the page cannot be made: %w; see leaktop --help", err)
			}
			_, err = fmt.Fprint(std.out, page.Build(roff.NewDocument()))
			return err
		},
	}
}

// unbroken takes the line ends out of the paragraphs of what commands say of
// themselves: on a manual page each line would be a paragraph. It takes out the
// marks around the values of flags, too, which it does not have.
func unbroken(cmd *cobra.Command) {
	paragraphs := strings.Split(cmd.Long, "\n\n")
	for i, p := range paragraphs {
		paragraphs[i] = strings.ReplaceAll(p, "\n", " ")
	}
	cmd.Long = strings.Join(paragraphs, "\n\n")
	cmd.Flags().VisitAll(func(f *pflag.Flag) { f.Usage = strings.ReplaceAll(f.Usage, "`", "") })
	for _, c := range cmd.Commands() {
		unbroken(c)
	}
}
