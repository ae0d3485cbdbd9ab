package main

import (
	"os"
	"regexp"
	"testing"
)

// The version that the program prints is the newest release of the changelog.
func TestVersionIsTheNewestRelease(t *testing.T) {
	text, err := os.ReadFile("../../CHANGELOG.md")
	if err != nil {
		t.Fatal(err)
	}
	m := regexp.MustCompile(`(?m)^## \[(\d+\.\d+\.\d+)\]`).FindSubmatch(text)
	if m == nil || "v"+string(m[1]) != release {
		t.Errorf("the program says %s; the changelog's newest release is %s", release, m)
	}
}
