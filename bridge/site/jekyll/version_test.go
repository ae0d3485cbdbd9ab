package jekyll

import (
	"testing"

	"gitpost/bridge/site/generator/generatortest"
)

func TestVersionIsWhatTheRepositorySays(t *testing.T) {
	for _, tt := range []struct {
		name  string
		files map[string]string
		want  string
	}{
		{"nothing", nil, "4.4.1"},
		{"lock file", map[string]string{"Gemfile.lock": "GEM\n  specs:\n    jekyll (4.2.2)\n      addressable\n"}, "4.2.2"},
		{"lock file of GitHub Pages", map[string]string{"Gemfile": "gem 'github-pages'\n",
			"Gemfile.lock": "    jekyll (3.9.5)\n"}, "3.9.5"},
		{"github-pages gem", map[string]string{"Gemfile": "gem \"github-pages\", group: :jekyll_plugins\n"}, "3.10.0"},
		{"old Gemfile", map[string]string{"Gemfile": "gem \"jekyll\", \"~> 3.8\"\n"}, "3.10.0"},
		{"a patch level", map[string]string{"Gemfile": "gem 'jekyll', '~> 4.2.0'\n"}, "4.2.0"},
		{"exactly one", map[string]string{"Gemfile": "gem \"jekyll\", \"4.3.3\" # pinned\n"}, "4.3.3"},
		{"from one on", map[string]string{"Gemfile": "gem 'jekyll', '>= 3.8.5'\n"}, "4.4.1"},
		{"below one", map[string]string{"Gemfile": "gem \"jekyll\", \">= 3.6\", \"< 4.0\"\n"}, "3.10.0"},
		{"below five", map[string]string{"Gemfile": "gem \"jekyll\", \">= 3.6\", \"< 5.0\"\n"}, "4.4.1"},
		{"new Gemfile", map[string]string{"Gemfile": "gem \"jekyll\", \"~> 4.3\"\n"}, "4.4.1"},
		{"pages action", map[string]string{".github/workflows/p.yml": "- uses: actions/jekyll-build-pages@v1\n",
			"Gemfile.lock": "    jekyll (4.3.3)\n"}, "3.10.0"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			files := map[string]string{"_config.yml": "title: x\n"}
			for k, v := range tt.files {
				files[k] = v
			}
			if got, _ := versionOf(generatortest.Tree(files), ""); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}
