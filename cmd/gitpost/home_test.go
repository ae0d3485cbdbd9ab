package main

import (
	"os"
	"path/filepath"
	"testing"
)

// The configuration of the current folder comes first, then that of the system.
func TestConfigurationIsFoundWithoutAFlag(t *testing.T) {
	t.Chdir(t.TempDir())
	system := t.TempDir()
	ofSystem := filepath.Join(system, configName)
	if got := usualConfig(system); got != configName {
		t.Errorf("without any file: %s", got)
	}
	if err := os.WriteFile(ofSystem, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if got := usualConfig(system); got != ofSystem {
		t.Errorf("with the system's file alone: %s", got)
	}
	if err := os.WriteFile(configName, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if got := usualConfig(system); got != configName {
		t.Errorf("with both: %s", got)
	}
}
