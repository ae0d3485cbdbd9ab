package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"
)

// Where configuration and data of a server are by convention.
const (
	systemFolder = "/etc/gitpost"
	systemData   = "/var/lib/gitpost"
	configName   = "gitpost.yaml"
)

// configFlag adds --config to a command.
func configFlag(c *cobra.Command, path *string) {
	c.Flags().StringVar(path, "config", usualConfig(systemFolder),
		"the configuration file (default "+configName+", else "+systemFolder+"/"+configName+")")
	c.Flags().Lookup("config").DefValue = "" // what is there differs from machine to machine
}

// usualConfig is the configuration of the current folder, else that of the system's folder if there is one.
// A folder that cannot be looked into counts as one that has it, so that the error says so.
func usualConfig(system string) string {
	if _, err := os.Stat(configName); err == nil {
		return configName
	}
	path := filepath.Join(system, configName)
	if _, err := os.Stat(path); err == nil || errors.Is(err, fs.ErrPermission) {
		return path
	}
	return configName
}
