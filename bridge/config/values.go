package config

import (
	"errors"
	"fmt"
	"math"
	"net"
	"net/netip"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"gopkg.in/yaml.v3"
)

// written is what was written for a key.
type written struct {
	name string // the key's dotted name as written, "types.note.path"
	node *yaml.Node
	base string // folder that relative paths start from
}

// flaw is an error of a value: what is wrong, and what to do.
type flaw struct{ message, remedy string }

func (w *flaw) Error() string { return w.message + "; " + w.remedy }

// text is the value of a scalar, without white space at its ends.
func (v written) text() (string, error) {
	if v.node.Kind != yaml.ScalarNode {
		return "", &flaw{"is a list or a map where one value belongs", "write one value behind " + lastWord(v.name) +
			":"}
	}
	return strings.TrimSpace(v.node.Value), nil
}

// list returns the items of a list. A scalar is split at commas and white space, so that a list fits
// into an environment variable.
func (v written) list() []*yaml.Node {
	switch v.node.Kind {
	case yaml.SequenceNode:
		return v.node.Content
	case yaml.ScalarNode:
		var items []*yaml.Node
		for word := range strings.FieldsFuncSeq(v.node.Value,
			func(r rune) bool { return r == ',' || r == ' ' || r == '\n' || r == '\t' }) {
			items = append(items, &yaml.Node{Kind: yaml.ScalarNode, Value: word, Line: v.node.Line})
		}
		return items
	}
	return []*yaml.Node{v.node}
}

func lastWord(name string) string { return name[strings.LastIndex(name, ".")+1:] }

// keeping returns a setter's keep for a field.
func keeping[C any, T comparable](field func(*C) *T) func(next, old *C) bool {
	return func(next, old *C) bool {
		now, was := field(next), field(old)
		differs := *now != *was
		*now = *was
		return differs
	}
}

// textKey sets a string after its checks, each of which may change it.
func textKey[C any](field func(*C) *string, checks ...func(string) (string, error)) setter[C] {
	return setter[C]{keep: keeping(field), set: func(c *C, v written) error {
		s, err := v.text()
		for _, check := range checks {
			if err != nil {
				return err
			}
			s, err = check(s)
		}
		if err != nil {
			return err
		}
		*field(c) = s
		return nil
	}}
}

// pathKey is textKey for what may be a path relative to the configuration file.
func pathKey[C any](field func(*C) *string, check func(s, base string) (string, error)) setter[C] {
	return setter[C]{keep: keeping(field), set: func(c *C, v written) error {
		return textKey(field, func(s string) (string, error) { return check(s, v.base) }).set(c, v)
	}}
}

func boolKey[C any](field func(*C) *bool) setter[C] {
	return setter[C]{keep: keeping(field), set: func(c *C, v written) error {
		s, err := v.text()
		if err != nil {
			return err
		}
		switch strings.ToLower(s) {
		case "true", "yes", "on", "1":
			*field(c) = true
		case "false", "no", "off", "0":
			*field(c) = false
		default:
			return &flaw{"is neither true nor false", "write true or false"}
		}
		return nil
	}}
}

func intKey[C any](field func(*C) *int, least int) setter[C] {
	return setter[C]{keep: keeping(field), set: func(c *C, v written) error {
		s, err := v.text()
		if err != nil {
			return err
		}
		n, err := strconv.Atoi(s)
		if err != nil || n < least || n > math.MaxInt32 {
			return &flaw{fmt.Sprintf("must be a whole number of at least %d", least), "write it in digits"}
		}
		*field(c) = n
		return nil
	}}
}

func durationKey[C any](field func(*C) *time.Duration, least time.Duration) setter[C] {
	return setter[C]{keep: keeping(field), set: func(c *C, v written) error {
		s, err := v.text()
		if err != nil {
			return err
		}
		d, ok := ParseDuration(s)
		switch {
		case !ok:
			return &flaw{"is not a length of time", "write a number with a unit: 90s, 5m, 2h or 30d"}
		case d < 0:
			return &flaw{"is negative", "write 0s or more"}
		case d < least:
			return &flaw{"is too short", "write at least " + least.String()}
		}
		*field(c) = d
		return nil
	}}
}

// ParseDuration reads Go's durations, and days.
func ParseDuration(s string) (time.Duration, bool) {
	if days, ok := strings.CutSuffix(s, "d"); ok {
		n, err := strconv.ParseFloat(days, 64)
		if err != nil || math.IsNaN(n) || math.Abs(n) > 36500 {
			return 0, false
		}
		return time.Duration(n * 24 * float64(time.Hour)), true
	}
	d, err := time.ParseDuration(s)
	return d, err == nil
}

var sizeUnits = map[string]float64{
	"": 1, "b": 1,
	"k": 1e3, "kb": 1e3, "kib": 1 << 10,
	"m": 1e6, "mb": 1e6, "mib": 1 << 20,
	"g": 1e9, "gb": 1e9, "gib": 1 << 30,
}

func sizeKey[C any](field func(*C) *int64) setter[C] {
	return setter[C]{keep: keeping(field), set: func(c *C, v written) error {
		s, err := v.text()
		if err != nil {
			return err
		}
		digits := strings.TrimRight(strings.ToLower(s), "kmgib ")
		unit, known := sizeUnits[strings.TrimSpace(strings.ToLower(s)[len(digits):])]
		n, err := strconv.ParseFloat(digits, 64)
		if err != nil || !known || !(n*unit >= 1 && n*unit < 1<<50) {
			return &flaw{"is not a size", "write a number with a unit: 500 KB, 20 MB or 1 GB"}
		}
		*field(c) = int64(n * unit)
		return nil
	}}
}

// httpAddress reads an absolute http or https URL without the parts that no address of a
// site or a server has.
func httpAddress(s string) (*url.URL, error) {
	const remedy = "write an address such as https://example.org/"
	u, err := url.Parse(s)
	switch {
	case err != nil || u.Hostname() == "" && (u.Scheme == "http" || u.Scheme == "https"):
		return nil, &flaw{"is not a URL", remedy}
	case u.Scheme != "http" && u.Scheme != "https":
		return nil, &flaw{"does not start with http:// or https://", remedy}
	case u.User != nil:
		return nil, &flaw{"has a user name or password in it", "leave out what stands before the @"}
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return nil, &flaw{"has a query or a fragment", "leave out everything from the ? or # on"}
	}
	u.Scheme, u.Host = strings.ToLower(u.Scheme), strings.ToLower(u.Host)
	return u, nil
}

func siteAddress(s string) (string, error) {
	u, err := httpAddress(s)
	if err != nil {
		return "", err
	}
	if u.Path == "" {
		u.Path = "/"
	}
	return u.String(), nil
}

func ownAddress(s string) (string, error) {
	u, err := httpAddress(s)
	if err != nil {
		return "", err
	}
	return strings.TrimRight(u.String(), "/"), nil
}

func hostPort(s string) (string, error) {
	remedy := "write a host and a port such as 127.0.0.1:8080"
	host, port, err := net.SplitHostPort(s)
	if err != nil {
		return "", &flaw{"is not a host and a port", remedy}
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || n > math.MaxUint16 {
		return "", &flaw{"has no port from 0 to 65535", remedy}
	}
	if strings.ContainsAny(host, "/ @?#") {
		return "", &flaw{"has a host that cannot be listened on", remedy}
	}
	return s, nil
}

// scpLike is the short form of an SSH address: ada@git.example:blog.git. One letter before
// the colon is a Windows drive.
var scpLike = regexp.MustCompile(`^([^/\\:@\s]+@)?[^/\\:@\s]{2,}:[^\s]+$`)

// IsSCPLike reports whether a repository's address is the short form of an SSH address.
func IsSCPLike(s string) bool { return scpLike.MatchString(s) }

// remoteAddress leaves URLs alone and makes paths absolute.
func remoteAddress(s, base string) (string, error) {
	if s == "" {
		return "", &flaw{"is empty", "write the path or the address of the site's repository"}
	}
	scheme, _, isURL := strings.Cut(s, "://")
	if !isURL {
		if IsSCPLike(s) {
			return s, nil
		}
		return absolutePath(s, base)
	}
	u, err := url.Parse(s)
	if err != nil {
		return "", &flaw{"is not a URL", "write it as https://host/path.git, ssh://user@host/path.git or as a path"}
	}
	switch u.Scheme {
	case "http", "https", "ssh":
		if u.Hostname() == "" {
			return "", &flaw{"has no host", "write it as " + u.Scheme + "://host/path.git"}
		}
	case "file":
	case "git":
		return "", &flaw{"cannot be pushed to: the git:// protocol has no sign-in",
			"use the https:// or ssh:// address of the repository"}
	default:
		return "", &flaw{"starts with " + scheme + "://, which gitpost does not speak",
			"use an https://, http://, ssh:// or file:// address, or a path"}
	}
	if _, has := u.User.Password(); has {
		return "", &flaw{"has a password in it",
			"move it to repo_token_file (or GITPOST_REPO_TOKEN) and the user name to repo_user"}
	}
	return s, nil
}

// absolutePath makes a path absolute that may start with ~/ or be relative to base.
func absolutePath(s, base string) (string, error) {
	if s == "" {
		return "", &flaw{"is empty", "write a path"}
	}
	if rest, ok := strings.CutPrefix(s, "~/"); ok {
		home, err := os.UserHomeDir()
		if err != nil {
			return "", &flaw{"starts at a home folder, but the user has none", "write the whole path"}
		}
		s = filepath.Join(home, rest)
	}
	if !filepath.IsAbs(s) {
		s = filepath.Join(base, s)
	}
	return filepath.Clean(s), nil
}

func folderPath(s, base string) (string, error) {
	s, err := absolutePath(s, base)
	if err != nil {
		return "", err
	}
	if at, err := os.Stat(s); err == nil && !at.IsDir() {
		return "", &flaw{"is a file", "give the path of a folder; it is made when it does not exist"}
	}
	return s, nil
}

func readableFile(s, base string) (string, error) {
	s, err := absolutePath(s, base)
	if err != nil {
		return "", err
	}
	_, err = readSmallFile(s)
	return s, err
}

// readSmallFile reads a key or a secret.
func readSmallFile(name string) (string, error) {
	at, err := os.Stat(name)
	if err == nil && !at.Mode().IsRegular() && at.Mode()&os.ModeNamedPipe == 0 {
		return "", &flaw{"is not a file", "give the path of a file"}
	}
	if err == nil && at.Size() > 1<<20 {
		return "", &flaw{"is larger than 1 MB", "give the path of the right file"}
	}
	b, err := os.ReadFile(name)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return "", &flaw{"does not exist (" + name + ")",
			"write the file or correct the path, which starts at the configuration file's folder"}
	case err != nil:
		return "", &flaw{"cannot be read (" + err.Error() + ")", "let gitpost's user read it"}
	}
	return string(b), nil
}

func oneLine(s string) (string, error) {
	if s == "" {
		return "", &flaw{"is empty", "write a value or leave the key out"}
	}
	if strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return "", &flaw{"has line breaks or control characters in it", "write it in one line"}
	}
	return s, nil
}

func branchName(s string) (string, error) {
	s = strings.TrimPrefix(s, "refs/heads/")
	if s == "" || strings.ContainsAny(s, " ~^:?*[\\\t\n\x7f") || strings.HasPrefix(s, "-") ||
		strings.HasPrefix(s, "/") ||
		strings.HasSuffix(s, "/") || strings.HasSuffix(s, ".") || strings.HasSuffix(s, ".lock") ||
		strings.Contains(s, "..") || strings.Contains(s, "//") || strings.Contains(s, "@{") {
		return "", &flaw{"cannot be the name of a branch", "write a name such as main"}
	}
	return s, nil
}

func authorName(s string) (string, error) {
	s, err := oneLine(s)
	if err == nil && strings.ContainsAny(s, "<>") {
		err = &flaw{"has < or > in it", "write the name alone; the address belongs to author.email"}
	}
	return s, err
}

func authorEmail(s string) (string, error) {
	s, err := oneLine(s)
	if err == nil && (strings.ContainsAny(s, "<> ") || !strings.Contains(s, "@")) {
		err = &flaw{"is not an e-mail address", "write it as ada@example.org"}
	}
	return s, err
}

func oneOfWords(words ...string) func(string) (string, error) {
	return func(s string) (string, error) {
		if slices.Contains(words, s) {
			return s, nil
		}
		return "", &flaw{"is not a known value", "write " + strings.Join(words, " or ") + ", or leave the key out"}
	}
}

var dottedNumber = regexp.MustCompile(`^[0-9]+(\.[0-9]+){0,2}$`)

func versionNumber(s string) (string, error) {
	s = strings.TrimPrefix(s, "v")
	if !dottedNumber.MatchString(s) {
		return "", &flaw{"is not a version", `write it as "0.147.9", in quotes`}
	}
	return s, nil
}

// insideRepository keeps a path from leading out of the repository.
func insideRepository(s string) (string, error) {
	s = strings.Trim(s, "/")
	if s == "" || strings.Contains(s, "\\") || path.Clean(s) != s || s == ".." || strings.HasPrefix(s, "../") ||
		s == ".git" || strings.HasPrefix(s, ".git/") {
		return "", &flaw{"is not a path inside the repository", "write it with / between folders and without . or .."}
	}
	return s, nil
}

func timeZoneKey(c *Site, v written) error {
	s, err := v.text()
	if err != nil {
		return err
	}
	zone, err := time.LoadLocation(s)
	if err != nil || s == "" || s == "Local" {
		return &flaw{"is not a time zone", "write its name in the time-zone database, such as Europe/Berlin or UTC"}
	}
	c.Options.TimeZone = zone
	return nil
}

func environmentKey(c *Site, v written) error {
	if v.node.Kind != yaml.MappingNode {
		return &flaw{"is not a map", "write NAME: value lines below it"}
	}
	c.Options.Env = map[string]string{}
	for i := 0; i+1 < len(v.node.Content); i += 2 {
		name, val := v.node.Content[i], v.node.Content[i+1]
		if name.Kind != yaml.ScalarNode || val.Kind != yaml.ScalarNode {
			return &flaw{"has an entry that is not one name and one value", "write NAME: value lines below it"}
		}
		c.Options.Env[name.Value] = val.Value
	}
	return nil
}

// networksKey reads addresses and CIDRs, and sets CIDRs.
func networksKey(c *Server, v written) error {
	var list []string
	for _, item := range v.list() {
		s := strings.TrimSpace(item.Value)
		if a, err := netip.ParseAddr(s); err == nil {
			list = append(list, netip.PrefixFrom(a, a.BitLen()).String())
			continue
		}
		p, err := netip.ParsePrefix(s)
		if item.Kind != yaml.ScalarNode || err != nil {
			return &flaw{fmt.Sprintf("has the entry %q, which is not an address", s),
				"write addresses or networks such as 127.0.0.1 or 10.0.0.0/8"}
		}
		list = append(list, p.Masked().String())
	}
	c.TrustedProxies = list
	return nil
}
