package main

import (
	"fmt"
	"strings"

	"gitpost/bridge/access"
)

// scopeWords are the words of --scope, between spaces or commas.
func scopeWords(scope string) []string { return strings.Fields(strings.ReplaceAll(scope, ",", " ")) }

// checkScopes refuses words that allow nothing.
func checkScopes(scope string) error {
	var unknown []string
	for _, word := range scopeWords(scope) {
		if !access.KnownScope(word) {
			unknown = append(unknown, fmt.Sprintf("%q", word))
		}
	}
	if len(unknown) == 0 {
		return nil
	}
	var known []string
	for _, s := range access.Scopes() {
		known = append(known, s.Word)
		if s.ByType {
			known = append(known, s.Word+":TYPE")
		}
	}
	return fmt.Errorf("--scope has %s, which is no scope; use %s", strings.Join(unknown, ", "), strings.Join(known, ", "))
}
