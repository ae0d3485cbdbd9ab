package config

import "gopkg.in/yaml.v3"

// notifyKey reads an address, or a command with its arguments.
func notifyKey(c *Server, v written) error {
	if v.node.Kind != yaml.SequenceNode {
		s, err := v.text()
		if err != nil {
			return err
		}
		c.Notify = []string{s}
		if IsURL(s) {
			_, err = hookAddress(s)
		} else {
			c.Notify[0], err = absolutePath(s, v.base)
		}
		return err
	}
	c.Notify = nil
	for _, n := range v.list() {
		if n.Kind != yaml.ScalarNode {
			return &flaw{"has an entry that is not text",
				"write an address, or a command as [/usr/local/bin/tell, argument]"}
		}
		c.Notify = append(c.Notify, n.Value)
	}
	if len(c.Notify) == 0 {
		return &flaw{"is empty", "write an address, or a command as [/usr/local/bin/tell, argument]"}
	}
	return nil
}
