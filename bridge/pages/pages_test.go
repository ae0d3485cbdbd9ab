package pages

import "testing"

func TestSentences(t *testing.T) {
	for s, want := range map[string]string{
		"": "", "the password is wrong": "The password is wrong.", "über alles": "Über alles.", "done.": "Done.",
		"https://a.example/ is none": "https://a.example/ is none.", "gitpost passwd helps": "gitpost passwd helps.",
		"\xff": "\xff.", "\"x\" is odd": "\"x\" is odd.",
	} {
		if got := sentence(s); got != want {
			t.Errorf("%q becomes %q, want %q", s, got, want)
		}
	}
}

func TestEveryScopeHasATitle(t *testing.T) {
	for _, scope := range knownScopes() {
		if scope.Title == "" || scope.Words == "" {
			t.Errorf("%q has the title %q and allows %q", scope.Word, scope.Title, scope.Words)
		}
	}
}
