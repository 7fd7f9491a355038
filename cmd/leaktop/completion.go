package main

import (
	"github.com/spf13/cobra"

	"leaktop/diff/export"
	"leaktop/tui"
)

// offer lets a shell complete the flags of a command that take one of a few
// values, with the formats that it writes.
func offer(cmd *cobra.Command, formats []string) {
	var tables []string
	for _, t := range export.Tables() {
		tables = append(tables, string(t))
	}
	for flag, values := range map[string][]string{
		"format":  formats,
		"allow":   allowedCalls(),
		"alert":   {string(tui.Bell), string(tui.Notify)},
		"fail-on": failOns(),
		"unit":    {unitAuto, unitExact},
		"folded":  export.FoldedValues(),
		"table":   tables,
	} {
		if len(values) > 0 && cmd.Flags().Lookup(flag) != nil {
			// It fails for what is no flag of the command, or has values already.
			_ = cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp))
		}
	}
}
