package frontmatter

import "testing"

// An old Hugo reads nothing between a ... line and the closing line; it is text of the
// author's all the same and stays.
func TestTextAfterDotsIsHiddenAndKept(t *testing.T) {
	const text = "---\ntitle: Dots\n...\nhidden: yes\n\n---\nBody\n"
	if _, err := Parse([]byte(text), Dialect{}); err == nil {
		t.Error("a ... line inside the front matter is accepted without DotsHide")
	}
	doc, err := Parse([]byte(text), Dialect{DotsHide: true})
	if err != nil {
		t.Fatal(err)
	}
	if got := doc.Keys(); len(got) != 1 || got[0] != "title" || doc.Body() != "Body\n" {
		t.Errorf("keys %q, body %q", got, doc.Body())
	}
	if err := doc.Set("new", "title"); err != nil {
		t.Fatal(err)
	}
	if err := doc.Set("x", "slug"); err != nil {
		t.Logf("a new key is refused: %v", err)
	}
	want := "---\ntitle: new\nslug: x\n...\nhidden: yes\n\n---\nBody\n"
	if got := string(doc.Bytes()); got != want {
		t.Errorf("after edits\n got %q\nwant %q", got, want)
	}
}
