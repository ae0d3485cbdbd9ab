package remote

import "testing"

func TestFileLimitIsThatOfTheHost(t *testing.T) {
	for address, want := range map[string]int64{
		"https://github.com/me/blog.git":             100 << 20,
		"git@github.com:me/blog.git":                 100 << 20,
		"ssh://git@ssh.github.com:443/me/blog.git":   100 << 20,
		"https://me@www.GitHub.com/me/blog":          100 << 20,
		"https://github.com.example/me/blog.git":     0,
		"https://git.example/github.com/me/blog.git": 0,
		"/srv/github.com/blog.git":                   0,
		"git@git.example:github.com/blog.git":        0,
		"https://codeberg.org/me/blog.git":           0,
	} {
		if got := LimitOf(address).Most; got != want {
			t.Errorf("%s: %d, want %d", address, got, want)
		}
	}
}

func TestRefusalForSizeIsToldFromOthers(t *testing.T) {
	for reason, want := range map[string]bool{
		"File a.jpg is 120.00 MB; this exceeds GitHub's file size limit of 100.00 MB":                true,
		"GitLab: File \"x.mp4\" is larger than the allowed size of 50 MiB":                           true,
		"the host, or a proxy in front of it, does not accept a push of this size (HTTP status 413)": true,
		"remote: error: file too big: 12 MB (limit 10 MB)":                                           true,
		"Deploy Key: 1:gitpost is not authorized to write":                                           false,
		"GH013: Repository rule violations found; Push cannot contain secrets":                       false,
		"pushes only on Sundays": false,
	} {
		if got := RefusedSize(&Error{Reason: reason}); got != want {
			t.Errorf("%q: %v", reason, got)
		}
	}
}
