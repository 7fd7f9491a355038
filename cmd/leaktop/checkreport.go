package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"leaktop/capture/target"
	"leaktop/diff/export"
)

// checkFormats are those of a check.
func checkFormats() []string { return []string{"text", "json", "markdown", "junit", "github"} }

// writeChecks writes what was found in each target, in the order in which the
// user named them.
func writeChecks(w io.Writer, format string, checks []export.Check) error {
	switch format {
	case "junit":
		return export.JUnit(w, checks)
	case "github":
		return export.GitHub(w, checks)
	}
	for i, c := range checks {
		var err error
		if i > 0 && format != "json" {
			_, err = io.WriteString(w, "\n")
		}
		if err == nil {
			err = writeCheck(w, format, c)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func writeCheck(w io.Writer, format string, c export.Check) error {
	switch format {
	case "json":
		return export.JSON(w, export.NewCheckReport(c))
	case "markdown":
		return export.CheckMarkdown(w, c)
	}
	return export.CheckText(w, c)
}

// mostBaseline bounds what is read as a baseline: a report of a program that
// leaks all over takes a few hundred KiB.
const mostBaseline = 256 << 20

// readBaseline returns the ids of the findings in an earlier report.
func readBaseline(path string) (map[string]bool, error) {
	name := target.Name(path)
	const do = "name a report that leaktop check --format json wrote"
	f, err := os.Open(path)
	var data []byte
	if err == nil {
		defer f.Close()
		data, err = io.ReadAll(io.LimitReader(f, mostBaseline+1))
	}
	if inPath := (*fs.PathError)(nil); errors.As(err, &inPath) {
		err = inPath.Err
	}
	switch {
	case err != nil:
		return nil, fmt.Errorf("%s: it cannot be read (%w); %s", name, err, do)
	case len(data) > mostBaseline:
		return nil, fmt.Errorf("%s: it is larger than %d bytes, and no report is; %s", name, mostBaseline, do)
	}
	known, err := export.Baseline(data)
	if err != nil {
		return nil, fmt.Errorf("%s: it is not a report to compare with: %w; %s", name, err, do)
	}
	return known, nil
}

// sourceTree is the directory below which reports name source files relative
// to it: where GitHub checked out, else the repository around the working
// directory, else that itself; "" where it is not known.
func sourceTree() string {
	if workspace := os.Getenv("GITHUB_WORKSPACE"); workspace != "" {
		return workspace
	}
	here, err := os.Getwd()
	if err != nil {
		return ""
	}
	for dir := here; dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, ".git")); err == nil {
			return dir
		}
	}
	return here
}
