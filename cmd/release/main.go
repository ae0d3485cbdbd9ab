// Command release builds the archives of a release: for each target a static program with
// its man pages, completions and the licences of its libraries, and SHA256SUMS beside
// them, with a bill of materials (CycloneDX). Builds are reproducible: two runs at one commit write the same bytes.
//
//	go run ./cmd/release [-out dist] [-only linux/amd64]
//	go run ./cmd/release -licences FILE
package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"
)

// targets are the supported systems.
var targets = []string{
	"linux/amd64", "linux/arm64", "darwin/amd64", "darwin/arm64",
	"windows/amd64", "windows/arm64", "freebsd/amd64", "freebsd/arm64",
}

func main() {
	out := flag.String("out", "dist", "folder for the archives")
	only := flag.String("only", "", "build for one system only, such as linux/amd64")
	text := flag.String("licences", "", "only write the licences of all libraries to this file")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	var err error
	if *text != "" {
		err = writeLicences(ctx, *text)
	} else {
		err = release(ctx, *out, *only)
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "release: %v\n", err)
		os.Exit(1)
	}
}

func release(ctx context.Context, out, only string) error {
	if only != "" && !slices.Contains(targets, only) {
		return fmt.Errorf("-only: %s is not supported; use one of %s", only, strings.Join(targets, ", "))
	}
	work, err := os.MkdirTemp("", "gitpost-release-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	if err := os.RemoveAll(out); err != nil {
		return err
	}
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	when, err := commitTime(ctx)
	if err != nil {
		return err
	}
	common, version, err := commonFiles(ctx, work)
	if err != nil {
		return err
	}
	var sums strings.Builder
	linked := modules{}
	for _, target := range targets {
		if only != "" && target != only {
			continue
		}
		system, machine, _ := strings.Cut(target, "/")
		program := "gitpost"
		if system == "windows" {
			program += ".exe"
		}
		path := filepath.Join(work, program)
		if err := build(ctx, path, system, machine); err != nil {
			return err
		}
		if err := linked.addProgram(path); err != nil {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name := fmt.Sprintf("gitpost-%s-%s-%s", version, system, machine)
		files := append([]file{{name: program, data: data, program: true}}, common...)
		packed, ending := new(bytes.Buffer), ".tar.gz"
		if system == "windows" {
			ending = ".zip"
			err = writeZip(packed, name, files, when)
		} else {
			err = writeTar(packed, name, files, when)
		}
		if err != nil {
			return fmt.Errorf("pack %s: %w", name, err)
		}
		if err := os.WriteFile(filepath.Join(out, name+ending), packed.Bytes(), 0o644); err != nil {
			return err
		}
		fmt.Fprintf(&sums, "%x  %s\n", sha256.Sum256(packed.Bytes()), name+ending)
		fmt.Printf("%s%s  %d MB\n", name, ending, packed.Len()>>20)
	}
	if err := writeBOM(ctx, out, version, when, linked, &sums); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(out, "SHA256SUMS"), []byte(sums.String()), 0o644)
}

// writeBOM writes the bill of materials of all targets, and its checksum.
func writeBOM(ctx context.Context, out, version string, when time.Time, linked modules, sums *strings.Builder) error {
	graph, err := moduleGraph(ctx)
	if err != nil {
		return err
	}
	data, err := billOfMaterials("gitpost", version, when, linked, graph)
	if err != nil {
		return err
	}
	name := "gitpost-" + version + ".cdx.json"
	fmt.Fprintf(sums, "%x  %s\n", sha256.Sum256(data), name)
	return os.WriteFile(filepath.Join(out, name), data, 0o644)
}

// build builds the program for one target. -trimpath and an empty build ID keep it
// independent of this machine; -buildvcs records the commit.
func build(ctx context.Context, path, system, machine string) error {
	c := exec.CommandContext(ctx, "go", "build", "-trimpath", "-buildvcs=true", "-tags=nodynamic",
		"-ldflags=-s -w -buildid=", "-o", path, "./cmd/gitpost")
	c.Env = append(os.Environ(),
		"CGO_ENABLED=0", "GOFLAGS=", "GOOS="+system, "GOARCH="+machine, "GOAMD64=v1", "GOARM64=v8.0")
	c.Stderr = os.Stderr
	if err := c.Run(); err != nil {
		return fmt.Errorf("build for %s/%s: %w", system, machine, err)
	}
	return nil
}

// commonFiles returns the files that every archive contains, some written by the program
// itself, and the program's version.
func commonFiles(ctx context.Context, work string) (files []file, version string, err error) {
	host := filepath.Join(work, "host")
	if runtime.GOOS == "windows" {
		host += ".exe"
	}
	if err := build(ctx, host, runtime.GOOS, runtime.GOARCH); err != nil {
		return nil, "", err
	}
	out, err := exec.CommandContext(ctx, host, "--version").Output()
	if err != nil {
		return nil, "", fmt.Errorf("run --version: %w", err)
	}
	version = versionName(string(out))
	for _, name := range []string{"README.md", "CHANGELOG.md", "LICENSE"} {
		data, err := os.ReadFile(name)
		if err != nil {
			return nil, "", fmt.Errorf("%w; run it in the root of the repository", err)
		}
		files = append(files, file{name: name, data: data})
	}
	others, err := licences(ctx)
	if err != nil {
		return nil, "", err
	}
	files = append(files, file{name: "LICENSES-OF-LIBRARIES", data: others})
	for _, shell := range []string{"bash", "zsh", "fish", "powershell"} {
		data, err := exec.CommandContext(ctx, host, "completion", shell).Output()
		if err != nil {
			return nil, "", fmt.Errorf("generate the %s completion: %w", shell, err)
		}
		files = append(files, file{name: "completions/gitpost." + shell, data: data})
	}
	pages := filepath.Join(work, "man")
	if err := exec.CommandContext(ctx, host, "man", pages).Run(); err != nil {
		return nil, "", fmt.Errorf("generate the man pages: %w", err)
	}
	list, err := os.ReadDir(pages)
	if err != nil {
		return nil, "", err
	}
	for _, page := range list {
		data, err := os.ReadFile(filepath.Join(pages, page.Name()))
		if err != nil {
			return nil, "", err
		}
		files = append(files, file{name: "man/" + page.Name(), data: data})
	}
	return files, version, nil
}

// versionName turns the output of --version into a part of a file name: "v1.2.0", or
// "v1.2.0-5d2f0c1e9ab4" between releases.
func versionName(output string) string {
	version := strings.TrimSpace(strings.TrimPrefix(output, "gitpost "))
	if release, commit, ok := strings.Cut(strings.TrimSuffix(version, ")"), " ("); ok {
		commit, _, _ = strings.Cut(commit, ",")
		version = release + "-" + commit
	}
	return strings.Map(func(r rune) rune {
		if r == ' ' || r == '/' || r == '+' {
			return '-'
		}
		return r
	}, version)
}

// commitTime returns the time of the last commit, which dates the files of an archive.
func commitTime(ctx context.Context) (time.Time, error) {
	out, err := exec.CommandContext(ctx, "git", "log", "-1", "--format=%ct").Output()
	if err != nil {
		return time.Time{}, fmt.Errorf("read the commit time: %w", err)
	}
	seconds, err := strconv.ParseInt(strings.TrimSpace(string(out)), 10, 64)
	return time.Unix(seconds, 0).UTC(), err
}
