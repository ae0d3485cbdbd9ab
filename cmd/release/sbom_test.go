package main

import (
	"bytes"
	"context"

	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
	"time"
)

// checkBOM reports what a reader of CycloneDX 1.5 would reject.
func checkBOM(t *testing.T, data []byte) bom {
	t.Helper()
	var b bom
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&b); err != nil {
		t.Fatal(err)
	}
	if b.Format != "CycloneDX" || b.Spec != "1.5" || b.Version != 1 || b.Metadata.Component.Type != "application" {
		t.Errorf("the head is %+v", b)
	}
	if _, err := time.Parse(time.RFC3339, b.Metadata.Timestamp); err != nil {
		t.Error(err)
	}
	refs := map[string]bool{b.Metadata.Component.Ref: true}
	for _, c := range b.Components {
		if c.Type != "library" || c.Name == "" || c.Version == "" || refs[c.Ref] ||
			!strings.HasPrefix(c.PURL, "pkg:golang/"+strings.ToLower(c.Name)+"@") &&
				!strings.HasPrefix(c.PURL, "pkg:golang/"+c.Name+"@") {
			t.Errorf("not a component: %+v", c)
		}
		refs[c.Ref] = true
	}
	for _, dep := range b.Dependencies {
		for _, ref := range append(dep.DependsOn, dep.Ref) {
			if !refs[ref] {
				t.Errorf("%s is no component", ref)
			}
		}
	}
	if len(b.Dependencies) != len(refs) {
		t.Errorf("%d components and %d dependencies", len(refs), len(b.Dependencies))
	}
	return b
}

func TestBillOfMaterialsNamesModulesAndWhatTheyNeed(t *testing.T) {
	linked := modules{}
	linked.add(&debug.BuildInfo{GoVersion: "go1.26.8", Deps: []*debug.Module{
		{Path: "example.org/One", Version: "v1.2.3+incompatible", Sum: "h1:abc="},
		{Path: "example.org/two", Version: "v2.0.0", Replace: &debug.Module{Path: "example.org/other", Version: "v0.1.0"}},
	}})
	graph := []byte("gitpost example.org/One@v1.0.0\nexample.org/One@v1.0.0 example.org/other@v0.0.9\nexample.org/One@v1.0.0 example.org/unlinked@v1.0.0\n")
	when := time.Date(2026, 5, 23, 18, 40, 12, 0, time.FixedZone("", 7200))
	data, err := billOfMaterials("gitpost", "v1.0.0", when, linked, graph)
	if err != nil {
		t.Fatal(err)
	}
	b := checkBOM(t, data)
	one := b.Components[slices.IndexFunc(b.Components, func(c component) bool { return c.Name == "example.org/One" })]
	if one.PURL != "pkg:golang/example.org/One@v1.2.3%2Bincompatible" || one.Properties[0].Value != "h1:abc=" {
		t.Errorf("got %+v", one)
	}
	for _, dep := range b.Dependencies {
		if dep.Ref == one.Ref && !slices.Equal(dep.DependsOn, []string{"pkg:golang/example.org/other@v0.1.0"}) {
			t.Errorf("it needs %v", dep.DependsOn)
		}
	}
	again, err := billOfMaterials("gitpost", "v1.0.0", when.UTC(), linked, graph)
	if err != nil || !bytes.Equal(again, data) || b.Metadata.Timestamp != "2026-05-23T16:40:12Z" {
		t.Errorf("not the same twice: %v", err)
	}
}

// TestBillOfMaterialsHasEveryModuleOfTheProgram builds the program and compares.
func TestBillOfMaterialsHasEveryModuleOfTheProgram(t *testing.T) {
	if os.Getenv("GITPOST_TEST_ALL") == "" {
		t.Skip("set GITPOST_TEST_ALL=1 to build the program")
	}
	t.Chdir("../..")
	program := filepath.Join(t.TempDir(), "gitpost")
	// Without the flags of a release, which would have all libraries compiled again.
	if out, err := exec.Command("go", "build", "-o", program, "./cmd/gitpost").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	linked := modules{}
	if err := linked.addProgram(program); err != nil {
		t.Fatal(err)
	}
	graph, err := moduleGraph(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	data, err := billOfMaterials("gitpost", "v1.0.0", time.Unix(0, 0), linked, graph)
	if err != nil {
		t.Fatal(err)
	}
	b := checkBOM(t, data)
	has := map[string]bool{}
	for _, c := range b.Components {
		has[c.Name+" "+c.Version] = true
	}
	out, err := exec.Command("go", "version", "-m", program).Output()
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for line := range strings.Lines(string(out)) {
		if fields := strings.Fields(line); len(fields) > 2 && fields[0] == "dep" {
			n++
			if !has[fields[1]+" "+fields[2]] {
				t.Errorf("%s %s is missing", fields[1], fields[2])
			}
		}
	}
	if n < 20 || len(b.Dependencies[0].DependsOn) < 10 {
		t.Errorf("%d modules, of which the program needs %d itself", n, len(b.Dependencies[0].DependsOn))
	}
}
