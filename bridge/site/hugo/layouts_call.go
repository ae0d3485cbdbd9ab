package hugo

import (
	"strings"
	"text/template/parse"

	"gitpost/bridge/site/generator"
)

// call is what a function makes of its arguments.
func (in *interpretation) call(name string, nodes []parse.Node, args []subject) subject {
	_, bare, found := strings.Cut(name, ".")
	if !found {
		bare = name
	}
	switch bare = strings.ToLower(bare); bare {
	case "page":
		return subject{kind: thePage}
	case "index":
		return in.index(nodes, args)
	case "isset", "not", "and", "len", "warnf", "errorf", "echo", "in", "intersect", "union", "add", "append", "slice",
		"merge", "isnil", "jsonify", "debug.dump", "newscratch", "set", "countrunes", "now":
		return firstOf(bare == "append" || bare == "and" || bare == "union" || bare == "slice", args)
	case "eq", "ne", "lt", "gt", "le", "ge", "compare", "hasprefix", "hassuffix", "contains":
		return subject{} // a condition
	case "isslice", "ismap":
		for _, v := range args {
			if v.kind == parameter {
				in.use(v, generator.Shape{}, unseen).any = true
			}
		}
		return subject{}
	case "dict":
		return dictionaryOf(nodes, args)
	case "or", "default", "cond":
		return firstOf(true, args)
	case "first", "last", "after", "shuffle", "sort", "uniq", "collections.reverse", "apply", "delimit", "group",
		"complement", "where", "symdiff":
		return in.listed(bare, args)
	case "partial", "partialcached", "include", "includecached":
		in.partial(nodes, args)
		return subject{}
	case "get", "getmatch", "match", "getremote":
		if strings.HasPrefix(name, "resources.") {
			return subject{} // a picture at an address is none
		}
	}
	for _, v := range args {
		in.consumed(v)
	}
	return subject{}
}

// firstOf is the first parameter among the arguments, which the function passes on.
func firstOf(passes bool, args []subject) subject {
	for _, v := range args {
		if passes && v.kind != otherThing {
			return v
		}
	}
	return subject{}
}

// listed notes that the arguments must be lists, and passes on the one that is.
func (in *interpretation) listed(name string, args []subject) subject {
	for _, v := range args {
		switch {
		case v.kind == parameter:
			in.use(v, generator.Shape{List: true}, shown)
			if name == "delimit" {
				return subject{}
			}
			return v
		case v.kind == thePage:
			return subject{kind: thePage, foreign: true}
		}
	}
	return subject{}
}

// index is index .Params "key", index .Params.key 0 or index .Params.key "part".
func (in *interpretation) index(nodes []parse.Node, args []subject) subject {
	if len(args) == 0 {
		return subject{}
	}
	v := args[0]
	for i, n := range nodes[min(1, len(nodes)):] {
		if i+1 >= len(args) {
			break
		}
		text, isText := n.(*parse.StringNode)
		switch {
		case v.kind == parameters && isText:
			v = parameterOf(v, text.Text)
		case v.kind == parameter && isText:
			in.field(v, text.Text)
			return subject{}
		case v.kind == parameter:
			v.first = true
			in.use(v, generator.Shape{List: true}, shown)
			v.kind = itemOf
		default:
			return subject{}
		}
	}
	return v
}

// partial notes which files a call may be of, and whether they get the page.
func (in *interpretation) partial(nodes []parse.Node, args []subject) {
	if len(nodes) == 0 {
		return
	}
	files := in.called(constant(nodes[0]))
	if constant(nodes[0]) == "" {
		files = in.begunWith(computedPrefix(nodes[0]))
	}
	ofPage := len(nodes) > 1
	for _, v := range args[1:] {
		ofPage = ofPage && !v.foreign
	}
	for _, file := range files {
		in.calls[file] = true
		if len(args) > 1 && args[1].kind == dictionary {
			in.withParts(file, args[1])
		}
		if ofPage && in.place.seen() {
			in.passes[file] = true
		}
	}
}

// mostGiven bounds how many calls of partials with a dictionary are followed.
const mostGiven = 2000

// withParts goes through a partial that is given a dictionary with something of the page.
func (in *interpretation) withParts(file string, parts subject) {
	if in.within >= 4 || in.given >= mostGiven || in.place.hidden != "" || generator.ForMachines(file) {
		return
	}
	caller, place := in.file, in.place
	in.file = in.from[file]
	in.within++
	in.given++
	in.templates(file, parts)
	in.within--
	in.file, in.place = caller, place
}

// dictionaryOf is dict "src" .Params.cover "page" .; what is not read of the page has no part. Without keys
// that are constant it is the first parameter among the arguments.
func dictionaryOf(nodes []parse.Node, args []subject) subject {
	d := subject{kind: dictionary, parts: map[string]subject{}, foreign: true}
	for i := 0; i+1 < len(nodes) && i+1 < len(args); i += 2 {
		v := args[i+1]
		if v.kind == otherThing {
			continue
		}
		d.parts[constant(nodes[i])] = v
		d.foreign = d.foreign && v.foreign
	}
	if len(d.parts) == 0 || d.parts[""].kind != otherThing {
		return firstOf(true, args)
	}
	return d
}

// computedPrefix is the constant text with which a computed name begins: of
// (printf "post/%s.html" .Type).
func computedPrefix(n parse.Node) string {
	pipe, ok := n.(*parse.PipeNode)
	if !ok || len(pipe.Cmds) == 0 || len(pipe.Cmds[0].Args) < 2 {
		return ""
	}
	name, _ := functionName(pipe.Cmds[0].Args[0])
	text := constant(pipe.Cmds[0].Args[1])
	switch {
	case name == "printf" || name == "fmt.Printf":
		text, _, _ = strings.Cut(text, "%")
		return text
	case name == "print" || name == "path.Join":
		return text
	}
	return ""
}

// A markupPlace is where in a page a template writes: readers do not see the head, scripts, and
// what stands in tags that are for machines.
type markupPlace struct {
	hidden string // the element that hides what follows: "head", "script", "style"
	tag    string // the tag that is open, without its end
	inTag  bool
	before string // the text right before
}

// seen reports whether readers see what is written here. An address in an attribute counts.
func (p markupPlace) seen() bool {
	return p.hidden == "" && !(p.inTag && (p.tag == "meta" || p.tag == "link" || p.tag == "body" || p.tag == "html")) &&
		!generator.BehindText(p.before)
}

// pass goes on behind a text.
func (p *markupPlace) pass(text string) {
	p.before = text
	for text != "" {
		if p.inTag {
			i := strings.IndexByte(text, '>')
			if i < 0 {
				return
			}
			text, p.inTag = text[i+1:], false
			if p.hidden == "" && (p.tag == "head" || p.tag == "script" || p.tag == "style" || p.tag == "template") {
				p.hidden = p.tag
			}
			continue
		}
		i := strings.IndexByte(text, '<')
		if i < 0 {
			return
		}
		text = text[i+1:]
		name := strings.ToLower(text[:nameLength(text)])
		if closes, ok := strings.CutPrefix(name, "/"); ok && closes == p.hidden {
			p.hidden = ""
		}
		if name != "" {
			p.inTag, p.tag = true, name
		}
	}
}

func nameLength(text string) int {
	n := 0
	for n < len(text) && (text[n] == '/' && n == 0 || text[n] >= 'a' && text[n] <= 'z' ||
		text[n] >= 'A' && text[n] <= 'Z' ||
		n > 0 && text[n] >= '0' && text[n] <= '9') {
		n++
	}
	return n
}
