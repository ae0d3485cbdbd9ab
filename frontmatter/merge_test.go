package frontmatter

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

// TestMergeCorpus merges NAME.ours and NAME.theirs over NAME.base and expects NAME.merged,
// with a line "! KEY: OURS | THEIRS" for each conflict in front.
func TestMergeCorpus(t *testing.T) {
	name := filepath.Join(corpus, "merge", "merge.txtar")
	raw, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	ar := txtar.Parse(raw)
	d := dialects[strings.TrimSpace(strings.TrimPrefix(firstLine(string(ar.Comment)), "dialect:"))]
	var result []txtar.File
	for i := 0; i+2 < len(ar.Files); {
		title := strings.TrimSuffix(ar.Files[i].Name, ".base")
		versions := ar.Files[i : i+3]
		i += 3
		want := ""
		if i < len(ar.Files) && strings.HasSuffix(ar.Files[i].Name, ".merged") {
			want = string(ar.Files[i].Data)
			i++
		}
		var text [3][]byte
		for n := range text {
			text[n] = []byte(unmarked(string(versions[n].Data)))
		}
		var got strings.Builder
		merged, conflicts, err := Merge(text[0], text[1], text[2], d)
		if err != nil {
			fmt.Fprintf(&got, "! %v\n", err)
		}
		for _, c := range conflicts {
			fmt.Fprintf(&got, "! %s: %q | %q\n", c.Key, c.Ours, c.Theirs)
		}
		got.WriteString(marked(string(merged)))
		if !strings.HasSuffix(got.String(), "\n") {
			got.WriteString("\n")
		}
		if got.String() != want && !*update {
			t.Errorf("%s: got\n%s\nwant\n%s", title, got.String(), want)
		}
		result = append(result, versions...)
		result = append(result, txtar.File{Name: title + ".merged", Data: []byte(got.String())})
	}
	if *update {
		ar.Files = result
		if out := txtar.Format(ar); !bytes.Equal(out, raw) {
			if err := os.WriteFile(name, out, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// TestMergeLosesNoEditOfEitherSide: edits of different keys by both sides are all in the
// merged file, and nothing else changed.
func TestMergeLosesNoEditOfEitherSide(t *testing.T) {
	for seed := range 2000 {
		g := &generator{Rand: rand.New(rand.NewPCG(uint64(seed), 6))}
		format := pick(g, YAML, YAML, TOML)
		chunks := g.document(format)
		open := mark(format) + g.eol
		base := open + joined(chunks) + open + "a\nb\nc\nd\ne\n"
		parse := func() *Document {
			doc, err := Parse([]byte(base), Dialect{})
			if err != nil {
				t.Fatal(err)
			}
			return doc
		}
		ours, theirs := parse(), parse()
		names := ours.Keys()
		edit := func(doc *Document, name string) {
			if g.IntN(5) == 0 {
				if err := doc.Delete(name); err != nil {
					t.Fatalf("seed %d: %v", seed, err)
				}
				return
			}
			if err := doc.Set(g.value(0, format), name); err != nil {
				t.Fatalf("seed %d: %v", seed, err)
			}
		}
		edit(ours, names[0])
		edit(theirs, pick(g, append([]string{"fresh"}, names[1:]...)...))
		ours.SetBody("a\nours\nc\nd\ne\n")
		theirs.SetBody("a\nb\nc\ntheirs\ne\n")
		merged, conflicts, err := Merge([]byte(base), ours.Bytes(), theirs.Bytes(), Dialect{})
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		if len(conflicts) > 0 && !slices.ContainsFunc(conflicts, func(c Conflict) bool { return c.Key == "#" }) {
			t.Fatalf("seed %d: conflicts %+v\nbase\n%s\nours\n%s\ntheirs\n%s", seed, conflicts, base, ours.Bytes(),
				theirs.Bytes())
		}
		got, err := Parse(merged, Dialect{})
		if err != nil {
			t.Fatalf("seed %d: %v\n%s", seed, err, merged)
		}
		want := all(theirs)
		delete(want, names[0])
		if v, ok := ours.Get(names[0]); ok {
			want[names[0]] = v
		}
		if !equalValues(all(got), want) {
			t.Fatalf("seed %d: got %#v\nwant %#v\nbase\n%s\nours\n%s\ntheirs\n%s\nmerged\n%s", seed, all(got), want, base,
				ours.Bytes(), theirs.Bytes(), merged)
		}
		if body := strings.ReplaceAll(got.Body(), "\r", ""); body != "a\nours\nc\ntheirs\ne\n" {
			t.Fatalf("seed %d: body %q", seed, body)
		}
	}
}

func TestMergeNeverWritesAKeyTwice(t *testing.T) {
	base := "---\na: 1\nb: 2\nc: 3\n---\n"
	ours := "---\na: 1\nx: 9 # ours\nb: 2\nc: 3\n---\n"
	theirs := "---\na: 1\nb: 2\nc: 3\nx: 9\n---\n"
	for _, d := range dialects {
		merged, _, err := Merge([]byte(base), []byte(ours), []byte(theirs), d)
		if err != nil || strings.Count(string(merged), "x:") != 1 {
			t.Errorf("%+v: %v\n%s", d, err, merged)
		}
	}
}

// TestMergeOfLongTextsIsNotQuadratic runs out of time when the line merge compares all
// lines with all.
func TestMergeOfLongTextsIsNotQuadratic(t *testing.T) {
	var base, ours, theirs strings.Builder
	for i := range 200_000 {
		fmt.Fprintf(&base, "line %d\nsame\n", i)
		fmt.Fprintf(&ours, "our line %d\nsame\n", i)
		fmt.Fprintf(&theirs, "same\nline %d\n", i)
	}
	if _, _, err := Merge([]byte(base.String()), []byte(ours.String()), []byte(theirs.String()), Dialect{}); err != nil {
		t.Error(err)
	}
}

func TestMergeOfOrgFilesKeepsBothSides(t *testing.T) {
	const base = "#+TITLE: T\n#+DATE: 2024-02-03\n#+TAGS[]: a\n\nOne.\n\nTwo.\n"
	for _, c := range []struct{ ours, theirs, want string }{
		{
			"#+TITLE: Ours\n#+DATE: 2024-02-03\n#+TAGS[]: a\n\nOne.\n\nTwo.\n",
			"#+TITLE: T\n#+DATE: 2024-02-03\n#+TAGS[]: a b\n\nOne.\n\nTwo, theirs.\n",
			"#+TITLE: Ours\n#+DATE: 2024-02-03\n#+TAGS[]: a b\n\nOne.\n\nTwo, theirs.\n",
		}, {
			"#+TITLE: T\n#+DATE: 2024-02-03\n#+TAGS[]: a ours\n\nOne.\n\nTwo.\n",
			"#+TITLE: T\n#+DATE: 2024-02-03\n#+TAGS[]: a theirs\n#+SLUG: s\n\nOne.\n\nTwo.\n",
			"#+TITLE: T\n#+DATE: 2024-02-03\n#+TAGS[]: a ours theirs\n#+SLUG: s\n\nOne.\n\nTwo.\n",
		},
	} {
		merged, conflicts, err := Merge([]byte(base), []byte(c.ours), []byte(c.theirs), newHugo)
		if err != nil || len(conflicts) > 0 || string(merged) != c.want {
			t.Errorf("got %q (%v, %v), want %q", merged, conflicts, err, c.want)
		}
	}
}

func TestMergeKeepsBytesThatAreNotUTF8(t *testing.T) {
	const base = "---\na: 1\n---\nCaf\xe9\n\nOne.\n\n\x93Two\x94\n"
	ours := strings.Replace(base, "One", "1", 1)
	theirs := strings.Replace(base, "Two", "2", 1)
	want := strings.Replace(ours, "Two", "2", 1)
	merged, conflicts, err := Merge([]byte(base), []byte(ours), []byte(theirs), newHugo)
	if err != nil || len(conflicts) > 0 || string(merged) != want {
		t.Errorf("got %q (%v, %v), want %q", merged, conflicts, err, want)
	}
}
