package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// licences returns the licence texts of everything that is linked into the program, on any
// target. Most licences require that they are distributed with it.
func licences(ctx context.Context) ([]byte, error) {
	folders := map[string]string{} // by module and version
	for _, target := range targets {
		system, machine, _ := strings.Cut(target, "/")
		c := exec.CommandContext(ctx, "go", "list", "-deps", "-tags=nodynamic",
			"-f", "{{with .Module}}{{if not .Main}}{{.Path}} {{.Version}}\t{{.Dir}}{{end}}{{end}}", "./cmd/gitpost")
		c.Env = append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=", "GOOS="+system, "GOARCH="+machine)
		c.Stderr = os.Stderr
		out, err := c.Output()
		if err != nil {
			return nil, fmt.Errorf("list the modules for %s: %w", target, err)
		}
		for line := range strings.Lines(string(out)) {
			if name, dir, ok := strings.Cut(strings.TrimSpace(line), "\t"); ok {
				folders[name] = dir
			}
		}
	}
	root, err := exec.CommandContext(ctx, "go", "env", "GOROOT").Output()
	if err != nil {
		return nil, fmt.Errorf("find GOROOT: %w", err)
	}
	folders["Go and its standard library"] = strings.TrimSpace(string(root))
	return licencesOf(folders)
}

func writeLicences(ctx context.Context, path string) error {
	text, err := licences(ctx)
	if err != nil {
		return err
	}
	return os.WriteFile(path, text, 0o644)
}

const aboutLicences = `gitpost's own licence is in the file LICENSE. The program contains the following software, each
under its own licence. The HEIC decoder is libheif and libde265 (LGPL 3), compiled to WebAssembly
by github.com/gen2brain/heic; their source is at https://github.com/strukturag.
`

// licencesOf joins the licence files of the named folders.
func licencesOf(folders map[string]string) ([]byte, error) {
	var b bytes.Buffer
	b.WriteString(aboutLicences)
	for _, name := range slices.Sorted(maps.Keys(folders)) {
		entries, err := os.ReadDir(folders[name])
		if err != nil {
			return nil, err
		}
		found := false
		for _, e := range entries {
			if e.IsDir() || !isLicence.MatchString(e.Name()) {
				continue
			}
			text, err := os.ReadFile(filepath.Join(folders[name], e.Name()))
			if err != nil {
				return nil, err
			}
			found = true
			text = bytes.TrimSpace(bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n")))
			fmt.Fprintf(&b, "\n%s\n%s: %s\n\n%s\n", strings.Repeat("=", 80), name, e.Name(), text)
		}
		if !found {
			return nil, errors.New(name + " has no licence file; find out under which terms it may be distributed")
		}
	}
	return b.Bytes(), nil
}

var isLicence = regexp.MustCompile(
	`(?i)^(licen[cs]e|copying|notice|patents|authors)(-[a-z0-9-]+)?(\.(md|txt|bsd|mpl-2\.0))?$`)
