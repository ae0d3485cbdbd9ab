package config

import (
	"fmt"
	"slices"

	"gitpost/bridge/address"
)

// Reloaded returns what a running server with the configuration c makes of another one: next,
// but with the values of c for keys that only a restart changes. restart names those that differ.
//
// Sites are known by their addresses; one that is new or gone needs a restart too. The sites of
// the result are those of c, in their order.
func (c Config) Reloaded(next Config) (result Config, restart []string) {
	result = next
	for _, k := range Keys() {
		if k.Restart && k.server.keep != nil && k.server.keep(&result.Server, &c.Server) {
			restart = append(restart, k.Name)
		}
	}
	result.Sites = nil
	alone := len(c.Sites) == 1 && len(next.Sites) == 1
	same := len(c.Sites) == len(next.Sites)
	for i, old := range c.Sites {
		at := slices.IndexFunc(next.Sites, func(s Site) bool { return alone || address.Same(s.Me, old.Me) })
		same = same && at == i
		if at < 0 {
			result.Sites = append(result.Sites, old)
			continue
		}
		part, keys := old.reloaded(next.Sites[at])
		for _, key := range keys {
			if !alone {
				key = fmt.Sprintf("sites[%d].%s", at, key)
			}
			restart = append(restart, key)
		}
		result.Sites = append(result.Sites, part)
	}
	if !same {
		restart = append(restart, "sites")
	}
	return result, restart
}

func (s Site) reloaded(next Site) (result Site, restart []string) {
	result = next
	result.Dir = s.Dir
	for _, k := range Keys() {
		if k.Restart && k.site.keep != nil && k.site.keep(&result, &s) {
			restart = append(restart, k.Name)
		}
	}
	return result, restart
}
