package config

import (
	"net/url"
	"strings"
	"unicode"
)

// hookAddress checks an address to be called. Hosts put the secret into its path or query.
func hookAddress(s string) (string, error) {
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
		return "", &flaw{"is not an address that can be called",
			"write the whole of it, such as https://host.example/build/…"}
	}
	return s, nil
}

// IsURL reports whether a value that may be a command or a path is a web address.
func IsURL(s string) bool {
	return strings.HasPrefix(s, "https://") || strings.HasPrefix(s, "http://")
}

// UnixPrefix starts a value of listen that is the path of a socket.
const UnixPrefix = "unix:"

// listenAddress checks the key listen.
func listenAddress(s, base string) (string, error) {
	path, isUnix := strings.CutPrefix(s, UnixPrefix)
	if !isUnix {
		return hostPort(s)
	}
	path, err := absolutePath(path, base)
	if err != nil {
		return "", err
	}
	if len(path) > 100 {
		return "", &flaw{"is too long for the path of a socket",
			"use one of at most 100 characters, such as unix:/run/gitpost/gitpost.sock"}
	}
	return UnixPrefix + path, nil
}

// databaseAddress checks the beginning; what else may be in it, the driver knows.
func databaseAddress(s string) (string, error) {
	_, rest, ok := strings.Cut(s, "://")
	if !ok || !strings.HasPrefix(s, "postgres://") && !strings.HasPrefix(s, "postgresql://") || rest == "" ||
		strings.ContainsFunc(s, unicode.IsSpace) {
		return "", &flaw{"is not the address of a PostgreSQL database",
			"write postgres://user:password@host/database, with special characters of the password as %XX"}
	}
	return s, nil
}

// bucketAddress checks the address of a bucket.
func bucketAddress(s string) (string, error) {
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "s3" || u.Host == "" || u.User != nil || u.RawQuery != "" {
		return "", &flaw{"is not the address of a bucket", "write s3://bucket or s3://bucket/prefix"}
	}
	return s, nil
}

// storeAddress checks the address of a store, which has no path.
func storeAddress(s string) (string, error) {
	s = strings.TrimSuffix(s, "/")
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.Path != "" || u.RawQuery != "" {
		return "", &flaw{"is not the address of a store", "write https://host, without the bucket"}
	}
	return s, nil
}
