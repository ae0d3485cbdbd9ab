package config

import (
	"fmt"
	"strings"

	"gitpost/bridge/media"
)

// acceptKey reads content types, whole ones or groups such as image/*.
func acceptKey(c *Server, v written) error {
	var list []string
	for _, item := range v.list() {
		want := strings.ToLower(strings.TrimSpace(item.Value))
		if !media.Acceptable(want) {
			return &flaw{fmt.Sprintf("has the entry %q, which is not a supported kind of file", item.Value),
				"write some of " + strings.Join(media.ContentTypes(), ", ") + ", or a group such as image/*"}
		}
		list = append(list, want)
	}
	if len(list) == 0 {
		return &flaw{"is empty", "write content types, or leave the key out"}
	}
	c.MediaAccept = list
	return nil
}
