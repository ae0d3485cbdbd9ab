package frontmatter

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

// simpleAsReal checks that simpleYAML returns the same values and offsets as yaml.v3.
// It reports whether simpleYAML read the text at all.
func simpleAsReal(t *testing.T, front string, d Dialect) bool {
	t.Helper()
	simple, ok := simpleYAML(front, d)
	if !ok {
		return false
	}
	real, err := decodeYAML(front, d, MaxKeys)
	if err != nil {
		t.Fatalf("read %q, which is wrong: %v", front, err)
	}
	var compare func(a, b *node, path string)
	compare = func(a, b *node, path string) {
		if a.kind != b.kind || a.flow != b.flow || a.quote != b.quote || a.text != b.text || b.anchor != "" ||
			len(a.keys) != len(b.keys) || len(a.items) != len(b.items) ||
			a.start != b.start && !empty(b) && len(front) > 0 && path != "" {
			t.Fatalf("%q, %s: got %+v, want %+v", front, path, *a, *b)
		}
		switch a.kind {
		case scalarNode:
			if x, y := resolveYAML(a), resolveYAML(b); !equalValues(x, y) || a.tag != b.tag && a.tag != "!!timestamp" {
				t.Fatalf("%q, %s: got %s %#v, want %s %#v", front, path, a.tag, x, b.tag, y)
			}
			if end := (yamlSpan{front}).find(a, false, -1); a.end >= 0 && a.quote != 0 && end != a.end {
				t.Fatalf("%q, %s ends at %d, not %d", front, path, end, a.end)
			}
		case listNode, mapNode:
			if !a.flow && len(a.keys)+len(a.items) > 0 && a.indent != b.indent {
				t.Fatalf("%q, %s stands at column %d, not %d", front, path, b.indent, a.indent)
			}
		}
		for i := range a.items {
			compare(a.items[i], b.items[i], path+"[]")
		}
		for i := range a.keys {
			if a.keys[i].name != b.keys[i].name || a.keys[i].merge != b.keys[i].merge {
				t.Fatalf("%q, %s: got key %q, want %q", front, path, a.keys[i].name, b.keys[i].name)
			}
			compare(a.keys[i].key, b.keys[i].key, path+"."+a.keys[i].name+"?")
			compare(a.keys[i].value, b.keys[i].value, path+"."+a.keys[i].name)
		}
	}
	compare(simple, real, "")
	return true
}

func TestSimpleYAMLAgreesWithYAMLv3(t *testing.T) {
	read, all := 0, 0
	try := func(front string, d Dialect) {
		all++
		if simpleAsReal(t, front, d) {
			read++
		}
	}
	files, err := filepath.Glob(filepath.Join(corpus, "*.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range txtar.Parse(raw).Files {
			for _, d := range dialects {
				if p, bad := split(unmarked(string(file.Data)), d); bad == nil && p.format == YAML {
					try(p.front, d)
				}
			}
		}
	}
	for seed := range 3000 {
		g := &generator{Rand: rand.New(rand.NewPCG(uint64(seed), 7))}
		chunks := g.document(YAML)
		for _, c := range chunks {
			try(c.lead+c.lines, Dialect{})
		}
		try(joined(chunks), Dialect{})
	}
	// Every hostile text where a scalar can stand, quoted or not.
	for _, text := range hostile() {
		for _, form := range []string{"a: %\nb: c\n", "a: [%]\n", "a: [x, %, y]\n", "a:\n- %\n- x\n",
			"a:\n  - b: %\n    c: d\n", "%: a\n", "a: \"%\"\n", "a: '%' # c\n", "a:\n  %\n", "a: x\n%\n", "a:\n  b: %", "%"} {
			try(strings.ReplaceAll(form, "%", text), Dialect{})
		}
	}
	if read*4 < all {
		t.Errorf("only %d of %d texts are read", read, all)
	}
	t.Logf("%d of %d texts are read", read, all)
}
