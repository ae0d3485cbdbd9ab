package generator

import (
	"io/fs"
	"time"
)

// ConfigExtensions are the extensions of configuration files, in the order in which
// generators look for them.
var ConfigExtensions = []string{".toml", ".yaml", ".yml", ".json"}

// FindConfig returns the first file with one of the names and an extension of configuration
// files, "" when there is none.
func FindConfig(tree fs.FS, names ...string) string {
	for _, name := range names {
		for _, ext := range ConfigExtensions {
			if IsFile(tree, name+ext) {
				return name + ext
			}
		}
	}
	return ""
}

// IsFile reports whether name is a file.
func IsFile(tree fs.FS, name string) bool {
	info, err := fs.Stat(tree, name)
	return err == nil && !info.IsDir()
}

// IsDir reports whether name is a folder.
func IsDir(tree fs.FS, name string) bool {
	info, err := fs.Stat(tree, name)
	return err == nil && info.IsDir()
}

// ZoneName is a time zone in words. The standard library knows no name but "Local" for that of
// the machine.
func ZoneName(zone *time.Location) string {
	if zone.String() != "Local" {
		return zone.String()
	}
	return time.Now().In(zone).Format("MST (-07:00)")
}
