package bridge

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"runtime"

	"gitpost/bridge/config"
	"gitpost/bridge/media"
	"gitpost/bridge/objects"
)

// narrow takes the data folder away from other users of the machine: drafts are in it.
func narrow(folder string, log *slog.Logger) error {
	at, err := os.Stat(folder)
	if err != nil {
		return fmt.Errorf("look at the data folder: %w", err)
	}
	if runtime.GOOS == "windows" || at.Mode().Perm()&0o077 == 0 {
		return nil
	}
	if err := os.Chmod(folder, at.Mode().Perm()&^0o077); err != nil {
		log.Warn("the data folder is open to other users of this machine", "folder", folder, "error", err, "remedy",
			"chmod 700 "+folder)
		return nil
	}
	log.Warn("the data folder was open to other users of this machine; it is not any more", "folder", folder)
	return nil
}

// addresses lists the sites of a configuration.
func addresses(c *config.Config) []string {
	var all []string
	for _, site := range c.Sites {
		all = append(all, site.Me)
	}
	return all
}

// stagingOf returns where the uploads of a configuration wait for their post; nil for the data folder.
func stagingOf(ctx context.Context, c *config.Config) (media.Staging, error) {
	if c.Uploads == "" {
		return nil, nil
	}
	return objects.Configured(ctx, c.Server)
}
