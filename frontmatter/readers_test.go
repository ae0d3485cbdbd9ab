package frontmatter

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// hostile returns texts that some YAML reader misreads when they are written
// carelessly.
func hostile() []string {
	texts := []string{
		// booleans and nulls of one reader or another
		"y", "Y", "n", "N", "yes", "Yes", "YES", "no", "No", "NO", "on", "On", "ON", "off", "Off", "OFF", "true", "True",
		"TRUE", "false", "False", "FALSE", "null", "Null", "NULL", "~", "nil", "none", "undefined",
		// numbers
		"0", "1", "-1", "+1", "007", "08", "0o17", "0x1F", "0b101", "1_000", "1,000", "1.", ".5", "1.5", "-1.5e3", "1e3",
		"1E3", "1e-3", "12e03", "1.0e+3", "685_230.15",
		".inf", "-.inf", "+.Inf", ".nan", ".NaN", "inf", "nan", "NaN", "Infinity", "190:20:30", "12:30", "12:30:45", "1:2",
		"99999999999999999999", "1,2,3", "0.1.2", "1-2", "3/4", "50%", "1st", "0_", "_1", "1_", "0xZZ", "0x", "0b2", "0o8",
		"0x1_F", "1__0", "-0x1F", "+0b1", "- 1", "1 000", "e3", "1e", "4e5f", "2 e", "0 x",
		// dates and times
		"2024-01-01", "2024-1-1", "2024-01-01T10:00:00Z", "2024-01-01 10:00:00", "2024-01-01 10:00:00 +0200",
		"2024-01-01T10:00", "2024-01", "2024", "20240101", "01-02-2024", "2024-01-01 is a day", "10:00:00Z", "2024-13-45",
		"2024-W10", "2024-01-01t10:00:00z", "May 1, 2024", // white space
		"", " ", "  ", "\t", "\n", "\n\n", " x", "x ", "\tx", "x\t", "x\ty", "\nx", "x\n", "x\n\n", "\n x", "a\nb", "a\n\nb",
		"a\n b", " a\nb", "a \nb", "a\n\tb", "a\r\nb", "a\rb", "\r", "a\n#b", "a\n---\nb", "a\n...\nb", "a\nb: c", "- a\n- b",
		"a  b", "\u00a0", "\u00a0x\u00a0", "a\u2003b", "\u3000x", // odd runes
		"\u0085", "a\u0085b", "\u2028", "a\u2028b", "a\u2029b", "\ufeff", "a\ufeffb", "\ufeffa", "\u200b", "a\u200db",
		"\u200ea", "\ufffd", "\ufffe", "\uffff", "\x00", "a\x00b", "\x01", "\x07", "\x08", "\x1b[0m", "\x7f", "\u0080",
		"\u009f", "\u00ad", "\ue000", "\U000E0001", "\U0010FFFF", "e\u0301", "\u0301e",
		"é", "日本語", "👍", "👍🏽", "👩\u200d👩\u200d👧", "🇫🇷", "❤\ufe0f", "𝒳", "שלום", "مرحبا", "„Zitat“", "—", "– x", "…", "«x»",
		"¿que?", "¡x!", "№ 1", "½", "٣", "１２３", "ⅷ", "。", "、x", "：x", "x：y", "＃x", "＆x",
		// quotes and escapes
		`"`, `'`, `''`, `""`, `"x"`, `'x'`, `it's`, `say "hi"`, `"a' b`, `x"`, `x'`, `\`, `\n`, `\x41`, `C:\new`, `a\`, `\"`,
		`\u0041`, "`x`", `"a": b`, `'a': b`, `"x" y`, `'x' y`, // what YAML means something by
		"-", "--", "---", "----", "-- x", "...", "....", "- x", "-x", "-\tx", "?", "? x", "?x", ":", "::", ": x", ":x",
		":sym", ":sym bol", "a:", "a: b", "a:b", "a :b", "a : b", "a:\tb", "a::b", "x: ", "http://a", "http://a/?b=c&d=e#f",
		"mailto:a@b",
		"#", "# x", "#x", "a #b", "a# b", "a#b", "a\t#b", ",", ",x", "x,", "a,b", "a, b", "[", "]", "[]", "[x]", "[x", "x]",
		"{", "}", "{}", "{x}", "{{x}}", "{{ x }}", "{% x %}", "{x: y}", "x}", "x{y", "&", "&x", "&x y", "*", "*x", "* x",
		"a*", "!", "!x", "!!str x", "!!int 3", "|", "|-", "| x", "||", ">", "> x", ">-", ">x", "%", "%x", "%YAML 1.2", "@",
		"@x", "`", "=", "=x", "<<", "<<x", "<", "<x>", "<!--more-->", "^x", "$x", "(x)", "+", "+x", "+++", "/", "/x", "//",
		"_", "__x", ";", "~x", "~/x", ".", ".x", "..",
		"key: [a, b]", "a: {b: c}", "- - x", "? a\n: b", "!ruby/object:Object {}", "<<: *x", "&a x", "*a b", "yes: no",
		"true x", "null x", "no, thanks", "on y", "Yes!", "no.", "N/A", "y/n", "null,", "true,false", "off-topic", "1 is one",
		"5 things: a list", "3D", "7up", "2nd", "10 x 20", "1 000 000", "24/7", "1 E", "5 e3", "0 0",
		strings.Repeat("long word ", 40) + "end", strings.Repeat("x", 300), strings.Repeat("ü ", 100) + "x: y",
		"a\n" + strings.Repeat("word ", 50) + "x",
	}
	for c := rune('!'); c <= '~'; c++ {
		if strings.ContainsRune("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~", c) {
			s := string(c)
			texts = append(texts, "x"+s, "x "+s, "x "+s+" y", s+" y", "x"+s+"y", "x"+s+" y", "1"+s+"2", "x"+s+"\ny")
		}
	}
	return texts
}

// hostileFile is one post that has a text everywhere where a text can stand.
func hostileFile(t *testing.T, text string, s Style) []byte {
	t.Helper()
	d := New(s)
	values := map[string]any{
		"v": text, "list": []any{"a", text, "b"}, "m": Map{{"k", text}, {"l", []any{text}}},
		"ms": []any{Map{{"u", text}, {"w", "x"}}, Map{{"u", text}}},
	}
	for _, key := range [...]string{"v", "list", "m", "ms"} {
		if err := d.Set(values[key], key); err != nil {
			t.Fatalf("%q: %v", text, err)
		}
	}
	// And in a style taken from what stood there before.
	for _, old := range [...]string{"q: 'x'\n", "q: \"x\"\n", "q: |\n  x\n", "q: x\n", "q: ['x', z]\n", "q: {a: x}\n"} {
		doc, err := Parse([]byte("---\n"+old+"z: end\n---\n"), Dialect{})
		if err != nil {
			t.Fatal(err)
		}
		var value any = text
		switch {
		case strings.HasPrefix(old, "q: ["):
			value = []any{"x", "z", text}
		case strings.HasPrefix(old, "q: {"):
			value = map[string]any{"a": text, "b": []any{text}}
		}
		if err := doc.Set(value, "q"); err != nil {
			t.Fatalf("%q in place of %q: %v", text, old, err)
		}
		front := strings.TrimSuffix(strings.TrimPrefix(doc.front, "q:"), "z: end\n")
		d.front += fmt.Sprintf("q%d:%s", len(d.front), front)
	}
	d.SetBody("Text")
	return d.Bytes()
}

var hostileStyles = []Style{{}, {FlowLists: true}, {SingleQuotes: true, ListIndent: 2}}

// hostileFiles writes one file for each text and style, and returns what is in each.
func hostileFiles(t *testing.T, dir string) map[string]map[string]any {
	t.Helper()
	want := make(map[string]map[string]any)
	for i, text := range hostile() {
		name := fmt.Sprintf("t%04d.md", i)
		raw := hostileFile(t, text, hostileStyles[i%len(hostileStyles)])
		doc, err := Parse(raw, Dialect{LeadingBlank: true, FoldKeys: true})
		if err != nil {
			t.Fatalf("%q: %v\n%s", text, err, raw)
		}
		if v, _ := doc.Get("v"); v != text {
			t.Fatalf("%q reads back as %#v\n%s", text, v, raw)
		}
		if err := os.WriteFile(filepath.Join(dir, name), raw, 0o600); err != nil {
			t.Fatal(err)
		}
		want[name] = all(doc)
	}
	return want
}

// require skips a test that runs a program, unless all tests must run: then the program must be
// there.
func require(t *testing.T, program, install string) {
	t.Helper()
	if os.Getenv("GITPOST_TEST_ALL") == "" {
		t.Skipf("runs %s (%s): set GITPOST_TEST_ALL=1", program, install)
	}
	if _, err := exec.LookPath(program); err != nil {
		t.Fatalf("%s is missing: %s", program, install)
	}
}

func compareReader(t *testing.T, reader string, want map[string]map[string]any, output []byte) {
	t.Helper()
	var got map[string]map[string]any
	if err := json.Unmarshal(output, &got); err != nil {
		t.Fatalf("%s: %v\n%.2000s", reader, err, output)
	}
	if len(got) != len(want) || len(want) < 200 {
		t.Errorf("%s read %d files of %d", reader, len(got), len(want))
	}
	wrong := 0
	for name, values := range want {
		if !reflect.DeepEqual(got[name], values) && wrong < 20 {
			wrong++
			t.Errorf("%s reads\n%#v\nin place of\n%#v", reader, got[name], values)
		}
	}
}

func TestWhatIsWrittenReadsBackInRuby(t *testing.T) {
	require(t, "ruby", "install Ruby (the package ruby), and Jekyll for its own YAML reader")
	dir := t.TempDir()
	want := hostileFiles(t, dir)
	script := `
require "psych"
require "json"
safe = ARGV[1] == "safe" && begin require "safe_yaml/load"; true; rescue LoadError; exit 3; end
out = {}
Dir.glob(File.join(ARGV[0], "*.md")).each do |f|
  text = File.binread(f).force_encoding("UTF-8")
  front = text[/\A(---\s*\n.*?\n?)^((---|\.\.\.)\s*$\n?)/m, 1]
  out[File.basename(f)] = safe ? SafeYAML.load(front) : Psych.unsafe_load(front)
end
puts JSON.generate(out)
`
	out, err := exec.Command("ruby", "-e", script, dir, "plain").Output()
	if err != nil {
		t.Fatal(err)
	}
	compareReader(t, "Psych", want, out)
	out, err = exec.Command("ruby", "-e", script, dir, "safe").Output()
	if exit, ok := err.(*exec.ExitError); ok && exit.ExitCode() == 3 {
		t.Log("Jekyll's safe_yaml is missing: install Jekyll to have it checked too")
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	compareReader(t, "SafeYAML", want, out)
}

func TestWhatIsWrittenReadsBackInHugo(t *testing.T) {
	require(t, "hugo", "install Hugo (any version)")
	site := t.TempDir()
	for _, dir := range [...]string{"content", "layouts/_default"} {
		if err := os.MkdirAll(filepath.Join(site, dir), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for name, text := range map[string]string{
		"config.toml":                  "baseURL = \"https://example.org/\"\ndisableKinds = [\"RSS\", \"sitemap\", \"taxonomy\", \"term\", \"404\", \"section\"]\n[outputs]\nhome = [\"JSON\"]\n[outputFormats.JSON]\nisPlainText = true\n",
		"layouts/_default/single.html": "x",
		"layouts/index.json":           `{{ $all := newScratch }}{{ range .Site.RegularPages }}{{ $all.SetInMap "all" .File.LogicalName .Params }}{{ end }}{{ $all.Get "all" | jsonify }}`,
	} {
		if err := os.WriteFile(filepath.Join(site, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want := hostileFiles(t, filepath.Join(site, "content"))
	for i, text := range hostile() {
		d := New(Style{Format: TOML + Format(i%2), SingleQuotes: i%4 < 2})
		for key, v := range map[string]any{"v": text, "list": []any{"a", text}, "m": Map{{"k", text}},
			"ms": []any{Map{{"u", text}}}} {
			if err := d.Set(v, key); err != nil {
				t.Fatalf("%q: %v", text, err)
			}
		}
		d.SetBody(text)
		name := fmt.Sprintf("u%04d.md", i)
		if err := os.WriteFile(filepath.Join(site, "content", name), d.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		want[name] = all(d)
	}
	cmd := exec.Command("hugo", "--source", site, "--quiet")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%.3000s", err, out)
	}
	out, err := os.ReadFile(filepath.Join(site, "public", "index.json"))
	if err != nil {
		t.Fatal(err)
	}
	for _, values := range want {
		// Hugo adds these to the parameters of each page.
		values["draft"], values["iscjklanguage"] = false, false
	}
	compareReader(t, "Hugo", want, out)
}

// TestEditedDocumentsReadBackInRuby: nested values set in documents of all layouts are to
// Ruby what they were to the caller.
func TestEditedDocumentsReadBackInRuby(t *testing.T) {
	require(t, "ruby", "install Ruby (the package ruby)")
	dir := t.TempDir()
	want := make(map[string]map[string]any)
	for seed := range 500 {
		g := &generator{Rand: rand.New(rand.NewPCG(uint64(seed), 99))}
		chunks := g.document(YAML)
		doc := parsed(t, "---"+g.eol+joined(chunks)+"---"+g.eol, Dialect{})
		values := make(map[string]any)
		for range 3 {
			name := pick(g, "fresh", chunks[g.IntN(len(chunks))].name)
			if v := g.value(0, JSON); doc.Set(v, name) == nil {
				values[name] = v
			}
		}
		name := fmt.Sprintf("d%04d.md", seed)
		if err := os.WriteFile(filepath.Join(dir, name), doc.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		want[name] = values
	}
	asked, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("ruby", "-rpsych", "-rjson", "-e", `
JSON.parse(STDIN.read).each do |name, values|
  text = File.binread(File.join(ARGV[0], name)).force_encoding("UTF-8")
  got = Psych.unsafe_load(text[/\A---\s*\n(.*?\n?)^---\s*$/m, 1])
  values.each { |k, v| puts "#{name} #{k}: got #{got[k].inspect}, want #{v.inspect}\n#{text}" if got[k] != v }
end
`, dir)
	cmd.Stdin = strings.NewReader(string(asked))
	if out, err := cmd.CombinedOutput(); err != nil || len(out) > 0 {
		t.Fatalf("%v\n%.3000s", err, out)
	}
}
