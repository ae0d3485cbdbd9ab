package site

import (
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/text"

	"gitpost/bridge/fault"
	"gitpost/bridge/site/generator"
)

// A page has the address of a reference at each link that refers to it. Of a text of 1 MB that can
// make one of many gigabytes, which stops the site's build.
const (
	repeatedFree = 1 << 20 // bytes of addresses and titles that any text may have
	repeatedMost = 16      // beyond that, as a multiple of the text
)

// repeats reports whether the links of a text of some size are much longer than it.
func repeats(doc ast.Node, size int) bool {
	left := repeatedFree + repeatedMost*size
	_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) { // the function never fails
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Link:
			left -= len(n.Destination) + len(n.Title)
		case *ast.Image:
			left -= len(n.Destination) + len(n.Title)
		}
		if left < 0 {
			return ast.WalkStop, nil
		}
		return ast.WalkContinue, nil
	})
	return left < 0
}

// refuseRepeats is the error for a Markdown text whose page would be much longer than it.
func refuseRepeats(body string) (err error) {
	if len(body) < 4<<10 || !strings.Contains(body, "]:") {
		return nil
	}
	defer func() {
		_ = recover() // a defect in the parser must not lose a post
	}()
	if generator.TooCostly(body) {
		if longestReference(body)*strings.Count(body, "[") <= repeatedFree+repeatedMost*len(body) {
			return nil
		}
	} else if !repeats(safeRenderer.Parser().Parse(text.NewReader([]byte(body))), len(body)) {
		return nil
	}
	return &fault.Error{
		Code: fault.TooLarge, Op: "write post",
		Message: "the links of the text refer so often to a long address that its page would be many times as long",
		Hint:    "write the address once, or shorten it; nothing was written",
	}
}

// longestReference is an upper bound for the length of an address with its title in a text that is not to be
// parsed. They end at the next empty line, or where another one begins.
func longestReference(body string) (longest int) {
	length, inside := 0, false
	for line := range strings.Lines(body) {
		before, _, found := strings.Cut(line, "]:")
		switch {
		case found:
			length, inside = 0, !strings.HasPrefix(strings.TrimLeft(before, "> \t*+-.0123456789"), "[^")
		case strings.Trim(line, "> \t\r\n") == "":
			inside = false
		}
		if inside {
			length += len(line)
			longest = max(longest, length)
		}
	}
	return longest
}
