package site

import "testing"

func TestOnlyPageBundlesHaveFilesBesideThem(t *testing.T) {
	hugo := newLibrary(t, stockHugo).site
	twoLanguages := newLibrary(t, map[string]string{"hugo.toml": bilingual}).site
	jekyll := newLibrary(t, stockJekyll).site
	tests := []struct {
		site          *Site
		page          Page
		file, address string
	}{
		{hugo, Page{Path: "content/posts/a/index.md", URL: "https://example.org/2024/05/a/", Kind: "page"},
			"content/posts/a/x y.jpg", "https://example.org/2024/05/a/x%20y.jpg"},
		{twoLanguages, Page{Path: "content/posts/a/index.pt-br.md", URL: "https://example.org/pt-br/posts/a/",
			Kind: "page"}, "content/posts/a/x y.jpg", "https://example.org/pt-br/posts/a/x%20y.jpg"},
		{hugo, Page{Path: "content/posts/a/index.de.md", URL: "https://example.org/posts/a/index.de/", Kind: "page"}, "", ""},
		{hugo, Page{Path: "content/posts/a.md", URL: "https://example.org/posts/a/", Kind: "page"}, "", ""},
		{hugo, Page{Path: "content/posts/_index.md", URL: "https://example.org/posts/", Kind: "section"}, "", ""},
		{hugo, Page{Path: "content/posts/a/index.md", URL: "https://example.org/posts/a.html", Kind: "page"}, "", ""},
		{jekyll, Page{Path: "_posts/index.md", URL: "https://example.org/a/", Kind: "post"}, "", ""},
	}
	for _, tt := range tests {
		file, address, ok := tt.site.Beside(tt.page, "x y.jpg")
		if file != tt.file || address != tt.address || ok != (tt.file != "") {
			t.Errorf("beside %s at %s: %q at %q, %v", tt.page.Path, tt.page.URL, file, address, ok)
		}
	}
}
