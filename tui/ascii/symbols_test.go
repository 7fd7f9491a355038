package ascii_test

import (
	"go/scanner"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"leaktop/tui/ascii"
)

// TestEverySymbolHasALikeness reads what leaktop prints out of its source: a
// symbol that would come out as a question mark needs a line in [symbol].
func TestEverySymbolHasALikeness(t *testing.T) {
	literals := 0
	for _, dir := range []string{"tui", "diff", "cmd", "capture"} {
		err := filepath.WalkDir(filepath.Join("..", "..", dir), func(path string, e fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			if e.IsDir() && e.Name() == "testdata" {
				return fs.SkipDir
			}
			if e.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || filepath.Base(path) == "symbols.go" {
				return nil
			}
			source, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			files := token.NewFileSet()
			var s scanner.Scanner
			s.Init(files.AddFile(path, -1, len(source)), source, nil, 0)
			for {
				at, kind, text := s.Scan()
				if kind == token.EOF {
					return nil
				}
				if kind != token.STRING && kind != token.CHAR {
					continue
				}
				literals++
				if said, err := strconv.Unquote(text); err == nil {
					for _, r := range said {
						if r != '?' && r != '\ufffd' && ascii.Text(string(r)) == "?" {
							t.Errorf("%s: %q has no likeness", files.Position(at), r)
						}
					}
				}
			}
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if literals < 1000 {
		t.Errorf("only %d literals were found", literals)
	}
}
