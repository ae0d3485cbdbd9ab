package frontmatter

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

var update = flag.Bool("update", false, "write the results of the corpus anew, to be reviewed by eye")

const corpus = "../testdata/frontmatter"

// In the corpus ␍ is a carriage return; other invisible characters have names.
var marks = strings.NewReplacer("␍", "\r", "⟨BOM⟩", byteOrderMark, "⟨LS⟩", "\u2028", "⟨NEL⟩", "\u0085")

func unmarked(s string) string { return marks.Replace(s) }

func marked(s string) string {
	return strings.NewReplacer("\r", "␍", byteOrderMark, "⟨BOM⟩", "\u2028", "⟨LS⟩", "\u0085", "⟨NEL⟩").Replace(s)
}

var dialects = map[string]Dialect{
	"hugo":     {LeadingBlank: true, FoldKeys: true},
	"hugo-old": {LeadingBlank: true, FoldKeys: true, DotsClose: true, LastWins: true},
	"jekyll":   {YAMLOnly: true, DotsClose: true, LastWins: true},
	"strict":   {},
}

// TestCorpus runs the edits of every NAME.edit on the .in before it, and those of every
// NAME.new on a new document, and expects NAME.out. A file of the corpus starts with a line
// "dialect: NAME".
func TestCorpus(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(corpus, "*.txtar"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no corpus in %s (%v)", corpus, err)
	}
	cases := 0
	for _, name := range files {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		ar := txtar.Parse(raw)
		dialect, ok := dialects[strings.TrimSpace(strings.TrimPrefix(firstLine(string(ar.Comment)), "dialect:"))]
		if !ok {
			t.Fatalf("%s does not start with its dialect", name)
		}
		var result []txtar.File
		in := ""
		for i, file := range ar.Files {
			title := filepath.Base(name) + " " + strings.TrimSuffix(file.Name, ".edit")
			switch {
			case strings.HasSuffix(file.Name, ".in"):
				in = unmarked(string(file.Data))
				result = append(result, file)
			case strings.HasSuffix(file.Name, ".edit"), strings.HasSuffix(file.Name, ".new"):
				cases++
				var got string
				if script, isNew := strings.CutSuffix(file.Name, ".new"); isNew {
					title = filepath.Base(name) + " " + script
					got = marked(composed(t, title, string(file.Data), dialect))
				} else {
					got = marked(edited(t, title, in, string(file.Data), dialect))
				}
				result = append(result, file, txtar.File{Name: strings.TrimSuffix(file.Name, filepath.Ext(file.Name)) + ".out",
					Data: []byte(got)})
				want := ""
				if i+1 < len(ar.Files) && strings.HasSuffix(ar.Files[i+1].Name, ".out") {
					want = string(ar.Files[i+1].Data)
				}
				if !strings.HasSuffix(got, "\n") {
					got += "\n"
				}
				if got != want && !*update {
					t.Errorf("%s:\n%s\ngot\n%s\nwant\n%s", title, file.Data, got, want)
				}
			}
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
	if cases < 150 {
		t.Errorf("the corpus has %d cases only", cases)
	}
}

// edited runs an edit script: lines of
//
//	set KEY[.KEY] JSON     a JSON text that starts with @ is a timestamp
//	delete KEY[.KEY]
//	body JSON
//
// A refused edit is a line "! reason" in the result.
func edited(t *testing.T, title, in, script string, d Dialect) string {
	t.Helper()
	// The corpus ends each file with a line ending; "no newline" removes it.
	if strings.HasPrefix(script, "no newline\n") {
		in, script = strings.TrimSuffix(strings.TrimSuffix(in, "\n"), "\r"), strings.TrimPrefix(script, "no newline\n")
	}
	doc, err := Parse([]byte(in), d)
	if err != nil {
		return "! " + err.Error() + "\n"
	}
	return run(t, title, doc, script)
}

// composed runs an edit script on a new document, whose style is the first line, and sees to
// it that the result is read as it was meant.
func composed(t *testing.T, title, script string, d Dialect) string {
	t.Helper()
	style, script, _ := strings.Cut(script, "\n")
	var s Style
	if err := json.Unmarshal([]byte(style), &s); err != nil {
		t.Fatalf("%s: %v", title, err)
	}
	doc := New(s)
	text := run(t, title, doc, script)
	again, err := Parse([]byte(text), d)
	if err != nil || !equalValues(all(again), all(doc)) || again.Body() != doc.Body() {
		t.Errorf("%s: reads back otherwise (%v)\n%s", title, err, text)
	}
	return text
}

func run(t *testing.T, title string, doc *Document, script string) string {
	t.Helper()
	var refused strings.Builder
	for line := range strings.Lines(script) {
		line = strings.TrimSuffix(line, "\n")
		verb, rest, _ := strings.Cut(line, " ")
		key, arg, _ := strings.Cut(rest, " ")
		path := strings.Split(key, ".")
		var err error
		switch verb {
		case "set":
			err = doc.Set(scriptValue(t, title, arg), path...)
		case "delete":
			err = doc.Delete(path...)
		case "body":
			text, _ := scriptValue(t, title, rest).(string)
			doc.SetBody(text)
		default:
			t.Fatalf("%s: unknown edit %q", title, line)
		}
		var bad *EditError
		if errors.As(err, &bad) {
			refused.WriteString("! " + err.Error() + "\n")
		} else if err != nil {
			t.Fatalf("%s: %v", title, err)
		}
	}
	return refused.String() + string(doc.Bytes())
}

func scriptValue(t *testing.T, title, raw string) any {
	t.Helper()
	dec := json.NewDecoder(strings.NewReader(raw))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		t.Fatalf("%s: %s: %v", title, raw, err)
	}
	return scripted(v)
}

func scripted(v any) any {
	switch v := v.(type) {
	case json.Number:
		if i, err := v.Int64(); err == nil {
			return i
		}
		f, err := v.Float64()
		if err != nil {
			panic(fmt.Sprint(err))
		}
		return f
	case string:
		if len(v) > 1 && v[0] == '@' && timestampLike(v[1:]) {
			return Timestamp(v[1:])
		}
	case []any:
		for i := range v {
			v[i] = scripted(v[i])
		}
	case map[string]any:
		for key := range v {
			v[key] = scripted(v[key])
		}
	}
	return v
}
