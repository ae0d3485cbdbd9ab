package bridge_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// allowed is the layout: which packages of the module a package may import. Imports run downwards
// only, so there are no cycles. A package is listed after all that it imports; fault and address
// are leaves that every package may use.
var allowed = []struct {
	name    string
	imports string
}{
	{"bridge/fault", ""},
	{"bridge/address", ""},
	{"bridge/fuzztest", ""},
	{"bridge/npmtest", ""},
	{"bridge/postgrestest", ""},
	{"bridge/objects/objectstest", ""},
	{"templates", ""},
	{"frontmatter", ""},

	{"gitstore/git", ""},
	{"gitstore/remote", "gitstore/git"},
	{"gitstore", "gitstore/git gitstore/remote"},

	{"bridge/dom", ""},
	{"bridge/mf2", ""},
	{"bridge/micropub", "bridge/mf2"},
	{"bridge/micropub/micropubtest", ""},
	{"bridge/site/generator", "bridge/mf2 frontmatter templates"},
	{"bridge/site/generator/generatortest", "bridge/site/generator frontmatter"},
	{"bridge/site/hugo", "bridge/site/generator bridge/mf2 frontmatter"},
	{"bridge/site/jekyll", "bridge/site/generator bridge/mf2 frontmatter"},
	{"bridge/site/custom", "bridge/site/generator frontmatter"},
	{"bridge/site/eleventy", "bridge/site/generator frontmatter"},
	{"bridge/site/zola", "bridge/site/generator frontmatter"},
	{"bridge/site", "bridge/dom bridge/site/generator bridge/site/custom bridge/site/eleventy bridge/site/hugo bridge/site/jekyll bridge/site/zola bridge/mf2 " +
		"frontmatter templates"},
	{"bridge/catalog", "bridge/site bridge/mf2 frontmatter"},

	{"bridge/state", ""},
	{"bridge/media/raster", ""},
	{"bridge/media/mediatest", ""},
	{"bridge/media/metadata", ""},
	{"bridge/media", "bridge/media/metadata bridge/media/raster"},
	{"bridge/outbound", "bridge/dom"},
	{"bridge/access", ""},
	{"bridge/owner", "bridge/state"},
	{"bridge/indieauth", "bridge/outbound bridge/state"},

	{"bridge/config", "bridge/site bridge/site/generator bridge/mf2 bridge/media gitstore"},
	{"bridge/objects", "bridge/config bridge/media"},
	{"bridge/history", "bridge/catalog bridge/site frontmatter gitstore"},
	{"bridge/discovery", "bridge/config bridge/outbound"},
	{"bridge/listen", "bridge/config"},
	{"bridge/metrics", "gitstore"},
	{"bridge/notify", "bridge/config bridge/outbound gitstore"},
	{"bridge/delivery", "bridge/config bridge/dom bridge/outbound bridge/state bridge/mf2"},
	{"bridge/delivery/mastodontest", ""},
	{"bridge/urlmap", "bridge/outbound"},
	{"bridge/survey", "bridge/config bridge/urlmap bridge/site bridge/catalog frontmatter gitstore"},
	{"bridge/doctor", "bridge/objects bridge/config bridge/discovery bridge/survey bridge/history bridge/outbound bridge/listen bridge/delivery bridge/site bridge/mf2 bridge/state gitstore"},

	{"bridge/blog", "bridge/config bridge/urlmap bridge/access bridge/history bridge/outbound bridge/catalog bridge/site bridge/state " +
		"bridge/media bridge/micropub bridge/mf2 frontmatter gitstore"},
	{"bridge/api", "bridge/blog bridge/config bridge/access bridge/media bridge/micropub bridge/indieauth bridge/delivery bridge/state " +
		"bridge/mf2"},
	{"bridge/language", "templates"},
	{"bridge/editor", "bridge/language bridge/micropub bridge/mf2"},
	{"bridge/pages", "bridge/blog bridge/editor bridge/language bridge/micropub bridge/mf2 bridge/config bridge/access bridge/owner bridge/indieauth " +
		"bridge/delivery bridge/discovery bridge/state templates"},
	{"bridge", "bridge/media bridge/objects bridge/api bridge/pages bridge/blog bridge/config bridge/delivery bridge/discovery bridge/indieauth bridge/state bridge/listen bridge/metrics " +
		"bridge/notify bridge/micropub"},
	{"cmd/gitpost", "bridge bridge/config bridge/access bridge/delivery bridge/survey bridge/doctor bridge/owner bridge/state bridge/site " +
		"gitstore templates"},
	{"cmd/release", ""},
}

var leaves = []string{"bridge/fault", "bridge/address"}

// TestImportsFollowTheLayout reads the imports of all packages, without their tests.
func TestImportsFollowTheLayout(t *testing.T) {
	found := map[string]map[string]string{} // by package and import: a file that has it
	err := fs.WalkDir(os.DirFS(".."), ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && name != "." && strings.HasPrefix(d.Name(), "."), d.IsDir() && d.Name() == "testdata":
			return fs.SkipDir
		case path.Ext(name) != ".go" || strings.HasSuffix(name, "_test.go"):
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), "../"+name, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		if found[path.Dir(name)] == nil {
			found[path.Dir(name)] = map[string]string{}
		}
		for _, spec := range file.Imports {
			imported, _ := strconv.Unquote(spec.Path.Value)
			if inside, ok := strings.CutPrefix(imported, "gitpost/"); ok {
				found[path.Dir(name)][inside] = name
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	var above []string // the packages of the lines before
	for _, p := range allowed {
		listed := strings.Fields(p.imports)
		for _, name := range listed {
			if !slices.Contains(above, name) {
				t.Errorf("the layout lets %s import %s, which is not listed before it", p.name, name)
			}
		}
		above = append(above, p.name)
		if found[p.name] == nil {
			t.Errorf("the layout has the package %s, and the tree does not", p.name)
		}
		for imported, file := range found[p.name] {
			if !slices.Contains(listed, imported) && !slices.Contains(leaves, imported) {
				t.Errorf("%s imports %s, which the layout does not allow", file, imported)
			}
		}
		delete(found, p.name)
	}
	for name := range found {
		t.Errorf("the layout does not have the package %s", name)
	}
}

// TestServerAssemblesAndNoMore counts the fields and methods of Server: what it grows by belongs into a
// package of its own.
func TestServerAssemblesAndNoMore(t *testing.T) {
	const mostFields, mostMethods = 10, 15
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var fields, methods []string
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.TypeSpec:
				if s, ok := n.Type.(*ast.StructType); ok && n.Name.Name == "Server" {
					for _, f := range s.Fields.List {
						fields = append(fields, f.Names[0].Name)
					}
				}
			case *ast.FuncDecl:
				if n.Recv == nil {
					break
				}
				of := n.Recv.List[0].Type
				if pointer, ok := of.(*ast.StarExpr); ok {
					of = pointer.X
				}
				if name, ok := of.(*ast.Ident); ok && name.Name == "Server" {
					methods = append(methods, n.Name.Name)
				}
			}
			return true
		})
	}
	if len(fields) == 0 || len(fields) > mostFields {
		t.Errorf("Server has %d fields, and may have %d: %v", len(fields), mostFields, fields)
	}
	if len(methods) == 0 || len(methods) > mostMethods {
		t.Errorf("Server has %d methods, and may have %d: %v", len(methods), mostMethods, methods)
	}
}
