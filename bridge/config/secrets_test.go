package config_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"gitpost/bridge/config"
)

func TestSecretFilesNamesEveryFileWithASecret(t *testing.T) {
	folder := t.TempDir()
	file := filepath.Join(folder, "gitpost.yaml")
	for _, c := range []struct {
		text    string
		environ []string
		want    []string
	}{
		{"me: https://a.example\n", nil, nil},
		{"repo_token_file: token\nhooks: {secret_file: /etc/hook}\nssh_key_file: key\nauthor: {signing_key_file: signs}\n",
			nil, []string{"/etc/hook", filepath.Join(folder, "key"), filepath.Join(folder, "signs"),
				filepath.Join(folder, "token")}},
		{"syndicate_to:\n  - {uid: a, type: mastodon, token_file: t}\n  - {uid: b, password_file: /p}\n  - c\n", nil,
			[]string{"/p", filepath.Join(folder, "t")}},
		{"repo_token: written here\n", nil, []string{file}},
		{"sites:\n  - {me: https://a.example, repo_token_file: a}\n  - {me: https://b.example, hooks: {secret_file: b}}\n",
			nil, []string{filepath.Join(folder, "a"), filepath.Join(folder, "b")}},
		{"me: https://a.example\n", []string{"GITPOST_REPO_TOKEN_FILE=/run/token", "GITPOST_HOOKS_SECRET=x"},
			[]string{"/run/token"}},
	} {
		if err := os.WriteFile(file, []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := config.SecretFiles(file, c.environ); !slices.Equal(got, c.want) {
			t.Errorf("of %q and %q: %q, want %q", c.text, c.environ, got, c.want)
		}
	}
}
