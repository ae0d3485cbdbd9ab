package dom

import (
	"errors"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// TestTextsThatAreJoinedAreBounded: each of these makes the parser append thousands of texts to one.
func TestTextsThatAreJoinedAreBounded(t *testing.T) {
	const n = 256 << 10
	for _, part := range []string{
		"x</a>", "x</b>", "x</zz>", "x<td>", "x</td>", "<td>x</td>y", "x<tr>", "x<html>", "x<body>", "x</html>",
		"x<form>", "x<caption>", "&amp;</i>",
	} {
		for _, before := range []string{"", "<select>", "<table>", "<p><b>", strings.Repeat("<li>", 9000),
			strings.Repeat("<i>", 9000)} {
			source := before + strings.Repeat(part, n/len(part))
			if before == "<table>" && part[0] == '<' || before == "<table>" && strings.Contains(part, "td>") {
				continue // those are cells
			}
			if _, err := Fragment(source); before == "" && !errors.Is(err, ErrTooCostly) {
				t.Errorf("%q many times: %v", part, err)
			}
			if _, err := Parse(source); before == "" && !errors.Is(err, ErrTooCostly) {
				t.Errorf("a page of %q many times: %v", part, err)
			}
		}
	}
	for _, source := range []string{
		"<table>" + strings.Repeat("x<tr>", n/5), "<select>" + strings.Repeat("x<b>", n/4),
		"<table>" + strings.Repeat("<tr>x</tr>", n/10), strings.Repeat("<li>", 9000) + strings.Repeat("x</li>", n/6),
	} {
		if _, err := Fragment(source); !errors.Is(err, ErrTooCostly) {
			t.Errorf("%.30q…: %v", source, err)
		}
	}
}

// TestHTMLThatIsWrittenIsParsed, however long, with its usual slips.
func TestHTMLThatIsWrittenIsParsed(t *testing.T) {
	const n = 256 << 10
	for _, part := range []string{
		"<p>One <b>bold</b> and <a href='x'>a link</a>, and <i>more</i>.</p>\n", "<li>one\n<li>two\n", "<p>one<p>two\n",
		"<table>\n<tr>\n<td>a</td>\n<td>b</td>\n</tr>\n</table>\n", "a<br>b<br/>c<hr>\n", "<div>a<span>b</span>c</div>\n",
		"<h2>a</h2>b\n",
		"x<img src=a>y\n", "<dl><dt>a<dd>b</dl>\n", "<pre>x\ny</pre>\n", "<option>a</option>b ", "<em>a <b>b</em> c</b>\n",
	} {
		source := strings.Repeat(part, n/len(part))
		body, err := Fragment(source)
		if err != nil {
			t.Errorf("%q: %v", part, err)
			continue
		}
		texts := 0
		for n := range body.Descendants() {
			if n.Type == html.TextNode {
				texts++
			}
		}
		if texts < n/len(part) {
			t.Errorf("%q: %d texts", part, texts)
		}
	}
	rows := "<table>" + strings.Repeat("<tr>\n<td>a</td>\n<td>b</td>\n</tr>\n", n/10) + "</table>"
	if _, err := Parse(rows); err != nil {
		t.Errorf("a long table: %v", err)
	}
	if _, err := Parse(strings.Repeat("x</a>", 2000)); err != nil {
		t.Errorf("a page that is short enough: %v", err)
	}
}
