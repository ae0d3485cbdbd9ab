package hugo

import (
	"regexp"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"

	"gitpost/bridge/site/generator"
)

// Hugo reads what is in braces after the language of a fenced code block as attributes, and fails
// the whole build on those that it cannot parse, such as {1,3} and {r, echo=FALSE}, and on
// highlighting options of the wrong type. The escape writes the opening braces as entities, which
// the line of a fence may have.
func fenceEscape(part string) string { return strings.ReplaceAll(part, "{", "&#123;") }

// isFencePart reports whether an escaped part is of a fence, not of a shortcode.
func isFencePart(part string) bool {
	return part == "{" || strings.HasSuffix(part, "}") && !strings.HasSuffix(part, "}}")
}

// markdown reads texts with the extensions that Hugo has on by default.
var markdown = goldmark.New(goldmark.WithExtensions(extension.GFM, extension.Footnote, extension.DefinitionList))

// escapeFences makes the attributes of fenced code blocks safe, before shortcodes are looked for:
// one in a fence's line would end up between the braces.
func escapeFences(source string) (string, []string) {
	if strings.IndexByte(source, '{') < 0 || !strings.Contains(source, "```") && !strings.Contains(source, "~~~") {
		return source, nil
	}
	if generator.TooCostly(source) {
		return escapeFenceLines(source)
	}
	var b strings.Builder
	var escaped []string
	at := 0
	root := markdown.Parser().Parse(text.NewReader([]byte(source)))
	err := ast.Walk(root, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		fence, ok := n.(*ast.FencedCodeBlock)
		if !ok || !entering || fence.Info == nil {
			return ast.WalkContinue, nil
		}
		segment := fence.Info.Segment
		for start := max(segment.Start, at); ; {
			from, end := fenceAttributes(source[start:segment.Stop])
			if end == 0 {
				return ast.WalkContinue, nil
			}
			part := source[start+from : start+end]
			if attributesPass(part) {
				return ast.WalkContinue, nil
			}
			b.WriteString(source[at : start+from])
			b.WriteString(fenceEscape(part))
			if len(part) > longestShortcode {
				part = "{" // reading back compares with each part that is remembered, so those are short
			}
			escaped = append(escaped, part)
			at = start + end
			start = at
		}
	})
	if err != nil || at == 0 {
		return source, nil
	}
	b.WriteString(source[at:])
	return b.String(), escaped
}

// escapeFenceLines makes safe what is in braces on each line that might be that of a fence, for a text that is
// not to be parsed.
func escapeFenceLines(source string) (string, []string) {
	var b strings.Builder
	var escaped []string
	for line := range strings.Lines(source) {
		if strings.Contains(line, "```") || strings.Contains(line, "~~~") {
			if strings.Contains(line, "{") {
				escaped = append(escaped, "{")
			}
			line = fenceEscape(line)
		}
		b.WriteString(line)
	}
	return b.String(), escaped
}

// fenceAttributes finds the braces in the line of a fence; end is 0 when there are none. Of
// several opening ones Hugo takes the first or the last, depending on its version.
func fenceAttributes(line string) (from, end int) {
	from = strings.IndexByte(line, '{')
	if from < 0 {
		return 0, 0
	}
	closing := strings.IndexByte(line[from:], '}')
	if closing < 0 {
		return 0, 0
	}
	return from, from + closing + 1
}

// attributesPass reports whether Hugo can use the attributes of a fence.
func attributesPass(source string) bool {
	attributes, ok := parser.ParseAttributes(text.NewReader([]byte(source)))
	if !ok {
		return false
	}
	for _, a := range attributes {
		switch v := a.Value.(type) {
		case []any:
			for _, x := range v {
				if _, isText := attributeText(x); !isText {
					return false
				}
			}
			if highlightOption(string(a.Name), "") != nil {
				return false // no option but hl_lines is a list
			}
		default:
			value, isText := attributeText(v)
			if allowed := highlightOption(string(a.Name), value); !isText || allowed != nil && !allowed.MatchString(value) {
				return false
			}
		}
	}
	return true
}

// attributeText is a scalar of an attribute as text.
func attributeText(v any) (string, bool) {
	switch v := v.(type) {
	case []byte:
		return string(v), true
	case float64, bool:
		return scalarText(v), true
	}
	return "", false
}

var (
	optionTruth  = regexp.MustCompile(`^(?:true|false)$`)
	optionNumber = regexp.MustCompile(`^\d{1,9}$`)
	optionText   = regexp.MustCompile(`^[\pL\pN_.:-]*$`)
	optionLines  = regexp.MustCompile(`^(?:true|false|table|inline)$`)
	optionRanges = regexp.MustCompile(`^[\d ,-]*$`)
)

// highlightOption matches the values that one of Hugo's highlighting options may have; nil for
// other attributes, which reach the HTML unchanged.
func highlightOption(name, value string) *regexp.Regexp {
	switch strings.ToLower(name) {
	case "linenos":
		return optionLines
	case "linenostart", "tabwidth":
		return optionNumber
	case "noclasses", "nohl", "guesssyntax", "anchorlinenos", "linenumbersintable", "hl_inline", "codefences":
		return optionTruth
	case "style", "wrapperclass", "lineanchors":
		return optionText
	case "hl_lines":
		if value != "" {
			return optionRanges
		}
	}
	return nil
}

// highlightPasses reports whether the arguments of the shortcode highlight are valid: a language,
// and options as one text.
func highlightPasses(arguments string) bool {
	m := highlightArguments.FindStringSubmatch(arguments)
	if m == nil {
		return false
	}
	options := strings.TrimSpace(strings.Trim(strings.TrimSpace(m[1]), "\"`"))
	if options == "" {
		return true
	}
	for option := range strings.SplitSeq(options, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(option), "=")
		if allowed := highlightOption(name, value); value == "" || allowed == nil || !allowed.MatchString(value) {
			return false
		}
	}
	return true
}

var highlightArguments = regexp.MustCompile(
	"^(?:\"[\\pL\\pN_+#. -]+\"|`[\\pL\\pN_+#. -]+`|[\\pL\\pN_-]+)(\\s+(?:\"[^\"\\\\]*\"|`[^`]*`))?$",
)

// videoPasses reports whether a video's shortcode names one.
func videoPasses(arguments string) bool { return videoArguments.MatchString(arguments) }

var videoArguments = regexp.MustCompile(
	"^(?:\"[\\pL\\pN_-]+\"|[\\pL\\pN_-]+)(?:\\s+[^=]*)?$|(?:^|\\s)id=(?:\"[\\pL\\pN_-]+\"|[\\pL\\pN_-]+)(?:\\s|$)",
)
