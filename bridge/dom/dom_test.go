package dom

import (
	"errors"
	"fmt"
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

// TestElementsThatAreOpenedAgainAreBounded: each of these makes the parser create many elements for a few bytes.
func TestElementsThatAreOpenedAgainAreBounded(t *testing.T) {
	const n = 64 << 10
	fonts := numbered("<font size=%d>", 200)
	pairs := strings.Repeat("<b>", 200) + numbered("<i class=%d>", 200) + strings.Repeat("</b>x", 200) +
		strings.Repeat("</i>", 200)
	heavy := "<p><tt " + numbered("a%d ", 1000) + ">"
	for name, source := range map[string]string{
		"unclosed in a paragraph":  "<p>" + fonts + "</p>" + strings.Repeat("<p>x</p>", n/8),
		"paragraphs without ends":  "<p>" + fonts + strings.Repeat("<p>x", n/4),
		"rules":                    "<p>" + fonts + strings.Repeat("<hr><p>x", n/8),
		"unclosed in an item":      "<li>" + fonts + strings.Repeat("<li>x", n/5),
		"closed by another name":   "<div>" + fonts + strings.Repeat("</div><div>x", n/12),
		"unknown elements":         "<zz>" + fonts + strings.Repeat("</zz><zz>x", n/10),
		"one with many attributes": heavy + strings.Repeat("<p>x", n/4),
		"ends in the wrong order":  strings.Repeat(pairs, 10),
		"ends that a table hides": "<section>" + strings.Repeat("<b><div><table></div></b>", 80) +
			strings.Repeat("</table></div>", 80) +
			"</section>" + strings.Repeat("<p>x</p>", n/8),
		"ends that a cell hides": "<section>" + strings.Repeat("<b><table><td></b></table>", 80) + "</section>" +
			strings.Repeat("<p>x</p>", n/8),
		"hidden in a drawing": "<svg><title><p>" + fonts + strings.Repeat("</p><p>x", n/8),
		"ends in a drawing": "<section>" + strings.Repeat("<b><svg><![CDATA[></b>]]></svg>", 80) + "</section>" +
			strings.Repeat("<p>x</p>", n/8),
		"ends in a part of a drawing": "<section>" + strings.Repeat("<b><svg><desc><div></desc></b>", 80) +
			"</section>" + strings.Repeat("<p>x</p>", n/8),
	} {
		if _, err := Fragment(source); !errors.Is(err, ErrTooCostly) {
			t.Errorf("%s: %v", name, err)
		}
	}
	bodies := numbered("<body a%d=1>", 5000)
	if _, err := Parse(bodies); !errors.Is(err, ErrTooCostly) {
		t.Errorf("attributes of many bodies: %v", err)
	}
}

func numbered(format string, n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, format, i)
	}
	return b.String()
}

// TestHTMLThatIsWrittenIsParsed, however long, with its usual slips.
func TestHTMLThatIsWrittenIsParsed(t *testing.T) {
	const n = 256 << 10
	for _, part := range []string{
		"<p>One <b>bold</b> and <a href='x'>a link</a>, and <i>more</i>.</p>\n", "<li>one\n<li>two\n", "<p>one<p>two\n",
		"<table>\n<tr>\n<td>a</td>\n<td>b</td>\n</tr>\n</table>\n", "a<br>b<br/>c<hr>\n", "<div>a<span>b</span>c</div>\n",
		"<h2>a</h2>b\n",
		"x<img src=a>y\n", "<dl><dt>a<dd>b</dl>\n", "<pre>x\ny</pre>\n", "<option>a</option>b ", "<em>a <b>b</em> c</b>\n",
		"<b><div>a</div>\n<p>b</p></b>\n", "<a href=x class=y><svg><title>Home</title><path d=z /></svg>Home</a>\n",
		"<font><table><tr><td><font>a</font><td>b</table></font>\n", "<a href=x><div><b>a</b></div><p>b</p></a>\n",
		"<strong><object>a</object></strong> <label><select><option>b</select></label>\n",
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
