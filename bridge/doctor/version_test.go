package doctor

import "testing"

func TestLivePageSaysWhatBuiltIt(t *testing.T) {
	for page, want := range map[string]string{
		`<meta name="generator" content="Hugo 0.111.3">`:                                          "0.111.3",
		`<meta name=generator content="Hugo 0.147.9-DEV">`:                                        "0.147.9",
		`<meta content="Hugo 0.121" name="Generator" />`:                                          "0.121",
		`<meta name="generator" content="Stack 3"><meta name="generator" content="Hugo 0.165.0">`: "0.165.0",
		`<meta name="generator" content="Jekyll v4.3.1">`:                                         "",
		`<meta name="generator" content="Hugo">`:                                                  "",
		`<meta name="generator" content="Hugo Blox Builder 5">`:                                   "",
		`<!-- <meta name="generator" content="Hugo 0.111.3"> --><p>built with Hugo 0.111.3</p>`:   "",
	} {
		if got := builtWith([]byte(page), "hugo"); got != want {
			t.Errorf("%s: %q, want %q", page, got, want)
		}
	}
	if got := builtWith([]byte(`<meta name="generator" content="Jekyll v4.3.1" />`), "jekyll"); got != "4.3.1" {
		t.Errorf("Jekyll: %q", got)
	}
}
