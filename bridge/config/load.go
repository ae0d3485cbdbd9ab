package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// Load reads the configuration file at path and applies environ ("KEY=value", as os.Environ gives
// it) to it: GITPOST_AUTHOR_NAME overrides author.name. Variables that name no key are ignored;
// unknown keys of the file are not. The file may be missing when the environment has what is
// required.
//
// Relative paths start at the file's folder. What is wrong is returned as a *Error
// with everything that is wrong; an unreadable file is another error.
func Load(path string, environ []string) (Config, error) {
	folder, err := filepath.Abs(filepath.Dir(path))
	if err != nil {
		return Config{}, fmt.Errorf("read configuration %s: %w", path, err)
	}
	l := &loader{keys: Keys(), base: folder, settings: map[string]setting{}}

	src, err := os.ReadFile(path)
	missing := errors.Is(err, fs.ErrNotExist)
	if at, e := os.Stat(path); e == nil && at.IsDir() {
		return Config{}, fmt.Errorf("read configuration %s: it is a folder; name the file in it with --config", path)
	}
	if err != nil && !missing {
		return Config{}, fmt.Errorf("read configuration %s: %w; run the command as a user who may read it "+
			"(sudo -u gitpost gitpost …), or name another file with --config", path, err)
	}
	if l.readFile(src); len(l.settings) == 0 && len(l.problems) == 1 && l.problems[0].Key == "" {
		return Config{}, &Error{path, l.problems} // nothing can be said of keys that cannot be read
	}
	l.readEnvironment(environ)
	if missing && len(l.settings) == 0 {
		return Config{}, &Error{path, []Problem{{
			Message: "the file does not exist",
			Remedy:  "run gitpost init, which asks a few questions and writes it, or name another file with --config",
		}}}
	}
	c := l.apply()
	l.agree(&c)
	if missing && len(l.problems) > 0 {
		l.problems = append(l.problems, Problem{Message: "the file does not exist",
			Remedy: "write it, or set what is missing in the environment"})
	}
	if len(l.problems) > 0 {
		return Config{}, &Error{path, l.problems}
	}
	return c, nil
}

// loader collects what was written, and what is wrong with it.
type loader struct {
	keys     []Key
	base     string
	settings map[string]setting // by the key's name as written, without _file
	problems []Problem

	// Of an entry of sites:
	prefix   string // "sites[1]."
	begins   string // where it begins
	variable string // the environment variable that it stands in
}

// setting is a key with what was written for it, and where.
type setting struct {
	key      Key
	node     *yaml.Node
	where    string
	line     int
	fromFile bool // the value is the path of a file that has it
}

// shown is the value for an error message.
func (s setting) shown() string {
	if s.node == nil || s.key.Secret && !s.fromFile || s.node.Kind != yaml.ScalarNode {
		return ""
	}
	// A password in the repository's address is not repeated.
	if u, err := url.Parse(s.node.Value); err == nil && u.User != nil {
		return u.Redacted()
	}
	return s.node.Value
}

func (l *loader) problem(p Problem) {
	p.Key = strings.TrimSuffix(l.prefix+p.Key, ".")
	l.problems = append(l.problems, p)
}

func lineNumber(n int) string { return fmt.Sprintf("line %d", n) }

func (l *loader) readFile(src []byte) {
	root, err := decodeYAML(src)
	if err != nil {
		p := Problem{Message: "is not YAML: " + err.Error(),
			Remedy: "correct that line; a value with : or # in it needs quotes"}
		if w := (*flaw)(nil); errors.As(err, &w) {
			p.Message, p.Remedy = w.message, w.remedy
		} else if line := tabbedLine(src); line > 0 {
			p.Where, p.Message = lineNumber(line), "begins with a tab"
			p.Remedy = "indent it with spaces: YAML does not allow tabs there"
		}
		l.problem(p)
		return
	}
	if root == nil {
		return
	}
	if root.Kind != yaml.MappingNode {
		l.problem(Problem{Where: lineNumber(root.Line), Message: "is not a map of keys",
			Remedy: "write lines such as me: https://example.org/"})
		return
	}
	l.readMap("", root)
}

// tabbedLine returns the number of the first line that is indented with a tab, 0 if there is none.
func tabbedLine(src []byte) int {
	for i, line := range bytes.Split(src, []byte("\n")) {
		if text := bytes.TrimLeft(line, " "); len(text) > 0 && text[0] == '\t' && len(bytes.TrimSpace(text)) > 0 {
			return i + 1
		}
	}
	return 0
}

// decodeYAML returns the top node of a YAML text, nil when there is none. yaml.v3 can panic on odd
// input.
func decodeYAML(src []byte) (root *yaml.Node, err error) {
	defer func() {
		if r := recover(); r != nil {
			root, err = nil, errors.New("the parser gave up on it")
		}
	}()
	if len(src) > 1<<20 {
		return nil, &flaw{"is larger than 1 MB", "name another file with --config"}
	}
	d := yaml.NewDecoder(bytes.NewReader(src))
	var doc, more yaml.Node
	err = d.Decode(&doc)
	if errors.Is(err, io.EOF) || err == nil && len(doc.Content) == 0 {
		return nil, nil
	}
	if err != nil {
		return nil, errors.New(strings.TrimPrefix(err.Error(), "yaml: "))
	}
	if err := d.Decode(&more); !errors.Is(err, io.EOF) {
		return nil, &flaw{"has a second document in it", "remove the line --- and what stands after it"}
	}
	root = doc.Content[0]
	if root.Tag == "!!null" {
		return nil, nil
	}
	return root, nil
}

func (l *loader) readMap(prefix string, m *yaml.Node) {
	seen := map[string]int{}
	for i := 0; i+1 < len(m.Content); i += 2 {
		name, node := prefix+m.Content[i].Value, m.Content[i+1]
		at := m.Content[i].Line
		where := l.at(at)
		if first, twice := seen[name]; twice {
			l.problem(Problem{Key: name, Where: where, Message: fmt.Sprintf("is set twice, first on line %d", first),
				Remedy: "keep one of them"})
			continue
		}
		seen[name] = at
		for node.Kind == yaml.AliasNode {
			node = node.Alias
		}
		empty := node.Tag == "!!null"
		grouped := node.Kind == yaml.MappingNode && isSection(l.keys, name) // auth is a key and a group
		if key, fromFile, ok := findKey(l.keys, name); ok && !grouped {
			switch {
			case l.prefix != "" && !key.PerSite():
				l.problem(Problem{Key: name, Where: where, Message: "belongs to the server, not to one site",
					Remedy: "move it to the top level"})
			case !empty:
				l.keep(name, setting{key, node, where, at, fromFile})
			}
			continue
		}
		switch {
		case !isSection(l.keys, name):
			l.problem(Problem{Key: name, Where: where, Message: "is not a key of gitpost", Remedy: l.suggest(name)})
		case empty:
		case node.Kind != yaml.MappingNode:
			l.problem(Problem{Key: name, Where: where, Message: "is a group of keys, not a value",
				Remedy: "write its keys below it: " + strings.Join(l.below(name), ", ")})
		default:
			l.readMap(name+".", node)
		}
	}
}

// keep notes a setting of the file. A secret and its _file form exclude each other.
func (l *loader) keep(name string, s setting) {
	if s.key.Secret {
		name = s.key.Name
		if _, both := l.settings[name]; both {
			l.problem(Problem{Key: name, Where: s.where, Message: "is set twice, directly and as " + lastWord(name) +
				"_file", Remedy: "keep one of them"})
			return
		}
	}
	l.settings[name] = s
}

// apply makes a Config of the settings and the defaults.
func (l *loader) apply() Config {
	var c Config
	var top Site // what stands at the top for a key of a site is the default of every site
	for _, k := range l.keys {
		if !l.has(k.Name) && k.Default != "" {
			l.set(&c.Server, &top, k.Name, setting{key: k, node: &yaml.Node{Kind: yaml.ScalarNode, Value: k.Default}})
		}
	}
	for _, name := range l.inOrder() {
		l.set(&c.Server, &top, name, l.settings[name])
	}
	several := l.has("sites")
	for _, k := range l.keys {
		if k.Required && !l.has(k.Name) && !(several && k.PerSite()) {
			l.missing(k)
		}
	}
	if several {
		c.Sites = l.sites(top, c.Data)
		return c
	}
	fillIn(&top)
	top.Dir = c.Data
	c.Sites = []Site{top}
	return c
}

func (l *loader) missing(k Key) {
	l.problem(Problem{Key: k.Name, Where: l.begins, Message: "is missing",
		Remedy: fmt.Sprintf("add it: %s: %s (%s)", k.Name, k.Example, strings.ReplaceAll(k.Meaning, "`", ""))})
}

// agree sets and checks what depends on several keys.
func (l *loader) agree(c *Config) {
	if slices.ContainsFunc(c.Sites, func(s Site) bool { return s.AuthMetadata != "" }) {
		c.Auth = "external"
	}
	if err := PlainHTTP(c.URL); err != nil && !c.InsecureHTTP && c.TLS != "auto" {
		l.problem(Problem{Key: "url", Value: c.URL, Where: l.settings["url"].where, Message: err.Message, Remedy: err.Remedy})
	}
	if c.TLS != "auto" {
		return
	}
	if _, given := l.settings["listen"]; !given {
		c.Listen = ":443"
	}
	wrong := func(message, remedy string) {
		l.problem(Problem{Key: "tls", Value: c.TLS, Where: l.settings["tls"].where, Message: message, Remedy: remedy})
	}
	u, err := url.Parse(c.URL)
	switch {
	case c.URL == "" || err != nil: // reported already
	case u.Scheme != "https":
		wrong("is for an address that starts with https://", "write url with https://, or leave tls out")
	case net.ParseIP(u.Hostname()) != nil || !strings.Contains(u.Hostname(), "."):
		wrong("needs a public DNS name; "+u.Hostname()+" is not one",
			"write url with a name such as pub.example.org, or leave tls out")
	}
}

// set sets one key and notes what is wrong with it.
func (l *loader) set(server *Server, site *Site, name string, s setting) {
	err := l.readSecret(&s)
	if err == nil {
		err = s.key.set(server, site, written{name: name, node: s.node, base: l.base})
	}
	if err == nil {
		return
	}
	p := Problem{Key: name, Value: s.shown(), Where: s.where, Message: err.Error()}
	if s.fromFile {
		p.Key += "_file"
	}
	if w := (*flaw)(nil); errors.As(err, &w) {
		p.Message, p.Remedy = w.message, w.remedy
	}
	l.problem(p)
}

// readSecret puts the content of a secret's file in the place of its path.
func (l *loader) readSecret(s *setting) error {
	if !s.fromFile {
		return nil
	}
	name, err := written{name: s.key.Name, node: s.node, base: l.base}.text()
	if err == nil {
		name, err = absolutePath(name, l.base)
	}
	if err != nil {
		return err
	}
	secret, err := readSmallFile(name)
	if err != nil {
		return err
	}
	if secret = strings.TrimSpace(secret); secret == "" {
		return &flaw{"is an empty file", "write the secret into it"}
	}
	if _, err := oneLine(secret); err != nil {
		return &flaw{"is a file of several lines", "write the secret alone into it"}
	}
	s.node = &yaml.Node{Kind: yaml.ScalarNode, Value: secret}
	// From here on the value is the secret itself, and must not be shown.
	s.fromFile = false
	return nil
}

// fillIn sets defaults that follow from other keys.
func fillIn(c *Site) {
	if c.RepoToken != "" && c.RepoUser == "" {
		c.RepoUser = "git"
	}
	host := "localhost"
	if u, err := url.Parse(c.Me); err == nil && u.Hostname() != "" {
		host = u.Hostname()
	}
	if c.AuthorName == "" {
		c.AuthorName = host
	}
	if c.AuthorEmail == "" {
		c.AuthorEmail = "gitpost@" + host
	}
}
