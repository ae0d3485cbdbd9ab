package config_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gitpost/bridge/config"
	"gitpost/templates"
)

var updateManual = flag.Bool("update-manual", false, "write the table of keys into the manual")

const keysBegin, keysEnd = "<!-- keys: begin -->\n", "<!-- keys: end -->\n"

func TestManualListsEveryKey(t *testing.T) {
	const file = "../../templates/manual/configuration.md"
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(b), keysBegin)
	got, after, ok2 := strings.Cut(rest, keysEnd)
	if !ok || !ok2 {
		t.Fatalf("%s has no lines %q and %q", file, keysBegin, keysEnd)
	}
	want := keysTable()
	if got == want {
		return
	}
	if *updateManual {
		if err := os.WriteFile(file, []byte(before+keysBegin+want+keysEnd+after), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	t.Errorf("the table of keys in %s is\n%s\nwant\n%s\n-update-manual writes it", file, got, want)
}

func keysTable() string {
	var b strings.Builder
	b.WriteString("| key | default | meaning |\n|---|---|---|\n")
	for _, k := range config.Keys() {
		name, standard := "`"+k.Name+"`", k.Without
		if k.Secret {
			name += ", `" + k.Name + "_file`"
		}
		switch {
		case k.Required:
			standard = "required"
		case k.Default != "":
			standard = "`" + k.Default + "`"
		}
		fmt.Fprintf(&b, "| %s | %s | %s |\n", strings.Replace(name, "*", "TYPE", 1), standard, k.Meaning)
	}
	return b.String()
}

// Every configuration that the manual shows can be copied as it is.
func TestConfigurationsOfTheManualLoad(t *testing.T) {
	var blocks []string
	for _, c := range templates.Manual() {
		blocks = append(blocks, strings.Split(c.Text, "```yaml\n")[1:]...)
	}
	if len(blocks) < 4 {
		t.Fatalf("the manual shows %d configurations only", len(blocks))
	}
	for _, block := range blocks {
		text, _, _ := strings.Cut(block, "```")
		for line := range strings.Lines(sixKeys) {
			if key, _, _ := strings.Cut(line, ":"); key != "url" && strings.Contains(text, "\nsites:\n") {
				continue
			} else if !strings.Contains("\n"+text, "\n"+key+":") {
				text += line
			}
		}
		folder := t.TempDir()
		for _, name := range []string{"token", "deploy_key", "known_hosts", "database_url", "s3_secret"} {
			if err := os.WriteFile(filepath.Join(folder, name), []byte("postgres://x"), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		file := filepath.Join(folder, "gitpost.yaml")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := config.Load(file, nil); err != nil {
			t.Errorf("%v\nin\n%s", err, text)
		}
	}
}
