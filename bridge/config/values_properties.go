package config

import (
	"fmt"

	"gitpost/bridge/site"
)

// propertiesKey reads the names of properties that apps may write as keys.
func propertiesKey(c *Site, v written) error {
	var names []string
	for _, item := range v.list() {
		if !site.FreeProperty(item.Value) {
			return &flaw{fmt.Sprintf("has the entry %q, which is not the name of a property, or is a key that generators "+
				"and themes read", item.Value), "write names of small letters, such as [mood, weather]"}
		}
		names = append(names, item.Value)
	}
	c.Options.Properties = names
	return nil
}
