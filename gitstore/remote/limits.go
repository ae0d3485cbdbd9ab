package remote

import (
	"errors"
	"strings"

	"github.com/go-git/go-git/v5/plumbing/transport"
)

// FileLimit is what a host says of the size of one file. The zero value: nothing is known.
type FileLimit struct {
	Host string // in words
	Most int64  // bytes; it refuses a push with a larger file
	Warn int64  // bytes; it warns about larger files
}

// fileLimits are those of well-known hosts, by name.
var fileLimits = map[string]FileLimit{
	// GitHub Docs, "About large files on GitHub": blocked above 100 MiB, a warning above 50 MiB.
	"github.com": {Host: "GitHub", Most: 100 << 20, Warn: 50 << 20},
}

// LimitOf is what is known of the host of a remote's address.
func LimitOf(address string) FileLimit {
	ep, err := transport.NewEndpoint(address)
	if err != nil {
		return FileLimit{}
	}
	host := strings.ToLower(strings.TrimSuffix(ep.Host, "."))
	for _, name := range []string{"www.", "ssh."} { // ssh.github.com:443 is for networks that block port 22
		host = strings.TrimPrefix(host, name)
	}
	return fileLimits[host]
}

// RefusedSize reports whether an explained error is a refusal for the size of a file or of the push.
func RefusedSize(err error) bool {
	var e *Error
	if !errors.As(err, &e) {
		return false
	}
	if strings.Contains(e.Reason, "(HTTP status 413)") {
		return true
	}
	advice, ok := AdviceFor(e.Reason)
	return ok && advice.Size
}
