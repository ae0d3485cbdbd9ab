package config

import (
	"slices"
	"testing"
)

func TestKeysThatNeedARestartKeepTheirValues(t *testing.T) {
	for _, k := range Keys() {
		if k.Restart && k.site.keep == nil && k.server.keep == nil {
			t.Errorf("%s cannot be kept", k.Name)
		}
	}
	old := Config{
		Server: Server{URL: "https://pub.example.org", Listen: ":1", RateBadTokens: 1},
		Sites: []Site{{Me: "https://one.example/", Repo: "one.git", Dir: "one"},
			{Me: "https://two.example/", Repo: "two.git", Dir: "two"}},
	}
	next := Config{
		Server: Server{URL: "https://pub.example.org", Listen: ":2", RateBadTokens: 2},
		Sites: []Site{{Me: "http://two.example", Repo: "other.git", Branch: "main", Private: "draft"},
			{Me: "https://three.example/", Repo: "three.git"}},
	}
	got, restart := old.Reloaded(next)
	if want := []string{"listen", "sites[0].me", "sites[0].repo", "sites[0].branch", "sites"}; !slices.Equal(restart,
		want) {
		t.Errorf("a restart is needed for %q, want %q", restart, want)
	}
	if got.Listen != ":1" || got.RateBadTokens != 2 || len(got.Sites) != 2 || got.Sites[0].Repo != "one.git" {
		t.Errorf("got %+v", got)
	}
	if s := got.Sites[1]; s.Me != "https://two.example/" || s.Repo != "two.git" || s.Branch != "" ||
		s.Private != "draft" || s.Dir != "two" {
		t.Errorf("the second site is %+v", s)
	}
}

func TestTheOnlySiteKeepsItsAddress(t *testing.T) {
	got, restart := Config{Sites: []Site{{Me: "https://one.example/"}}}.Reloaded(Config{Sites: []Site{{Me: "https://two.example/"}}})
	if !slices.Equal(restart, []string{"me"}) || got.Me() != "https://one.example/" {
		t.Errorf("got %+v; a restart is needed for %q", got, restart)
	}
}
