package remote

import (
	"strings"
	"testing"
)

// What hosts say, and what to do about it.
func TestAdviceForTheWordsOfHosts(t *testing.T) {
	for words, want := range map[string]string{
		"GH006: Protected branch update failed for refs/heads/main.":                               "Settings → Branches",
		"Gitea: branch main is protected from force push; not allowed to push to protected branch": "whitelist deploy keys",
		"GitLab: You are not allowed to push code to protected branches on this project.":          "Protected branches",
		"GH013: Repository rule violations; GITHUB PUSH PROTECTION; Push cannot contain secrets":   "remove the secret",
		"GH013: Repository rule violations; Commits must have verified signatures.":                "author.signing_key_file",
		"Gitea: branch main has require signed commits, commit 1234 is not signed":                 "author.signing_key_file",
		"File a.jpg is 120.00 MB; this exceeds GitHub's file size limit of 100.00 MB":              "media.max_size",
		"GitLab: File \"x.mp4\" is larger than the allowed size of 50 MiB":                         "media.max_size",
		"Commit message does not follow the pattern '[A-Z]+-\\d+'":                                 "commit_message",
		"missing Signed-off-by line":                                               "author.sign_off",
		"This repository was archived so it is read-only.":                         "unarchive",
		"Push to create is not enabled for users.":                                 "make the repository",
		"Deploy Key: 1:gitpost is not authorized to write":                         "may write",
		"ERROR: The key you are authenticating with has been marked as read only.": "may write",
		"Your account has exceeded its storage limit (quota)":                      "",
		"no posting on sundays":                                                    "",
	} {
		a, ok := AdviceFor(words)
		if ok != (want != "") && want != "" || !strings.Contains(a.Hint, want) {
			t.Errorf("%s\n\tadvice %q, want %q", words, a.Hint, want)
		}
	}
}
