package main

import (
	"bytes"
	"cmp"
	"context"
	"debug/buildinfo"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"os/exec"
	"runtime/debug"
	"slices"
	"strings"
	"time"
)

// A bom is a bill of materials, in CycloneDX's JSON form.
type bom struct {
	Format       string       `json:"bomFormat"`
	Spec         string       `json:"specVersion"`
	Version      int          `json:"version"`
	Metadata     bomMetadata  `json:"metadata"`
	Components   []component  `json:"components"`
	Dependencies []dependency `json:"dependencies"`
}

type bomMetadata struct {
	Timestamp string    `json:"timestamp"`
	Component component `json:"component"`
}

type component struct {
	Ref        string     `json:"bom-ref"`
	Type       string     `json:"type"`
	Name       string     `json:"name"`
	Version    string     `json:"version"`
	Scope      string     `json:"scope,omitempty"`
	PURL       string     `json:"purl"`
	Properties []property `json:"properties,omitempty"`
}

type property struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

type dependency struct {
	Ref       string   `json:"ref"`
	DependsOn []string `json:"dependsOn"`
}

// modules are those that are linked into the programs of a release, by their paths.
type modules map[string]debug.Module

// addProgram adds the modules of a program and the Go that it was built with.
func (m modules) addProgram(path string) error {
	info, err := buildinfo.ReadFile(path)
	if err != nil {
		return fmt.Errorf("read which modules %s has: %w", path, err)
	}
	m.add(info)
	return nil
}

func (m modules) add(info *debug.BuildInfo) {
	for _, dep := range info.Deps {
		if dep.Replace != nil {
			dep = dep.Replace
		}
		m[dep.Path] = debug.Module{Path: dep.Path, Version: dep.Version, Sum: dep.Sum}
	}
	m["std"] = debug.Module{Path: "std", Version: info.GoVersion}
}

// moduleGraph is what go mod graph prints.
func moduleGraph(ctx context.Context) ([]byte, error) {
	graph, err := exec.CommandContext(ctx, "go", "mod", "graph").Output()
	if err != nil {
		return nil, fmt.Errorf("read the module graph: %w", err)
	}
	return graph, nil
}

// billOfMaterials lists the modules of a release, and which needs which. It is the same whenever it is
// made from the same commit.
func billOfMaterials(main, version string, when time.Time, linked modules, graph []byte) ([]byte, error) {
	root := componentOf(debug.Module{Path: main, Version: version})
	root.Type = "application"
	b := bom{
		Format: "CycloneDX", Spec: "1.5", Version: 1,
		Metadata: bomMetadata{Timestamp: when.UTC().Format(time.RFC3339), Component: root},
	}
	needs := needed(main, linked, graph)
	b.Dependencies = append(b.Dependencies, dependency{root.Ref, refs(needs[main], linked)})
	for _, path := range slices.Sorted(maps.Keys(linked)) {
		c := componentOf(linked[path])
		c.Scope = "required"
		b.Components = append(b.Components, c)
		b.Dependencies = append(b.Dependencies, dependency{c.Ref, refs(needs[path], linked)})
	}
	data, err := json.MarshalIndent(b, "", "  ")
	return append(data, '\n'), err
}

func componentOf(m debug.Module) component {
	version := cmp.Or(m.Version, "unknown")
	name := "pkg:golang/" + strings.ReplaceAll(url.PathEscape(m.Path), "%2F", "/") + "@" + url.QueryEscape(version)
	c := component{Ref: name, Type: "library", Name: m.Path, Version: version, PURL: name}
	if m.Sum != "" {
		c.Properties = []property{{"go:sum", m.Sum}}
	}
	return c
}

// needed says which linked modules each module requires, whatever the version: the one that is linked
// stands for all.
func needed(main string, linked modules, graph []byte) map[string]map[string]bool {
	needs := map[string]map[string]bool{main: {"std": true}}
	for line := range bytes.Lines(graph) {
		from, to, _ := strings.Cut(strings.TrimSpace(string(line)), " ")
		from, _, _ = strings.Cut(from, "@")
		to, _, _ = strings.Cut(to, "@")
		if _, ok := linked[to]; !ok || from == to {
			continue
		}
		if needs[from] == nil {
			needs[from] = map[string]bool{}
		}
		needs[from][to] = true
	}
	return needs
}

func refs(paths map[string]bool, linked modules) []string {
	list := []string{}
	for _, path := range slices.Sorted(maps.Keys(paths)) {
		list = append(list, componentOf(linked[path]).Ref)
	}
	return list
}
