package config

import (
	"errors"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
)

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

// insideRepository keeps a path from leading out of the repository.
func insideRepository(s string) (string, error) {
	s = strings.Trim(s, "/")
	if s == "" || strings.Contains(s, "\\") || path.Clean(s) != s || s == ".." || strings.HasPrefix(s, "../") ||
		s == ".git" || strings.HasPrefix(s, ".git/") {
		return "", &flaw{"is not a path inside the repository", "write it with / between folders and without . or .."}
	}
	return s, nil
}
