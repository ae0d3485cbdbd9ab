package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// TestEveryFindingOfDoctorHasAScenario looks for the beginning of each text that a check can
// find, or give as a post's reason, in the scenarios of doctor.
func TestEveryFindingOfDoctorHasAScenario(t *testing.T) {
	scenarios, err := filepath.Glob("../../testdata/script/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	var shown strings.Builder
	for _, name := range scenarios {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		script, _, _ := strings.Cut(string(text), "\n-- ")
		if !strings.Contains(script, "gitpost doctor") {
			continue
		}
		shown.WriteString(letters(script) + "\n")
	}
	elsewhere := map[string]string{
		"file modes do not restrict readers on this system":                       "Windows alone",
		"the address cannot be read":                                              "gitpost made it",
		"the live site writes the URL differently":                                "no difference is known that is not told apart",
		"it does not come back byte by byte; please report this file":             "a defect, which other tests look for",
		"an update that changes nothing would change it; please report this file": "a defect, which other tests look for",
		"the live site does not list it":                                          "more than ten such posts; the first ten are asked for",
	}
	seen := 0
	for _, text := range findings(t) {
		seen++
		part := ""
		for piece := range strings.SplitSeq(text, "%") { // the longest part between two values
			if piece = strings.TrimLeft(piece, "0123456789.qsdvw"); len(letters(piece)) > len(letters(part)) {
				part = piece
			}
		}
		words := strings.Fields(letters(part))
		if _, ok := elsewhere[text]; !ok && !strings.Contains(shown.String(), strings.Join(words[:min(len(words), 5)], " ")) {
			t.Errorf("no scenario that runs gitpost doctor shows %q", text)
		}
	}
	if seen < 50 {
		t.Errorf("only %d findings were found in the source", seen)
	}
}

// letters leaves what a text and a pattern that matches it have in common.
func letters(s string) string {
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
	}), " ")
}

// findings are the texts in the source of doctor that are set as Found or Reason, or returned
// as one.
func findings(t *testing.T) []string {
	sources, err := filepath.Glob("../../bridge/doctor/*.go")
	if err != nil {
		t.Fatal(err)
	}
	var texts []string
	collect := func(n ast.Node) {
		ast.Inspect(n, func(n ast.Node) bool {
			if l, ok := n.(*ast.BasicLit); ok && l.Kind == token.STRING {
				if text, err := strconv.Unquote(l.Value); err == nil && strings.Contains(strings.TrimSpace(text), " ") {
					texts = append(texts, text)
				}
			}
			return true
		})
	}
	for _, name := range sources {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.AssignStmt:
				for i, to := range n.Lhs {
					if s, ok := to.(*ast.SelectorExpr); ok && (s.Sel.Name == "Found" || s.Sel.Name == "Reason") &&
						len(n.Lhs) == len(n.Rhs) {
						collect(n.Rhs[i])
					}
				}
			case *ast.KeyValueExpr:
				if key, ok := n.Key.(*ast.Ident); ok && (key.Name == "Found" || key.Name == "Reason") {
					collect(n.Value)
				}
			case *ast.FuncDecl:
				if n.Name.Name == "unlike" || n.Name.Name == "roundTrip" {
					ast.Inspect(n, func(n ast.Node) bool {
						if r, ok := n.(*ast.ReturnStmt); ok {
							collect(r)
						}
						return true
					})
				}
			case *ast.ValueSpec:
				for i, v := range n.Values {
					if strings.HasPrefix(n.Names[i].Name, "notBuilt") {
						collect(v)
					}
				}
			}
			return true
		})
	}
	return texts
}
