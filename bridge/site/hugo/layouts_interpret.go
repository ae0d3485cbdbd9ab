package hugo

import (
	"cmp"
	"slices"
	"strings"
	"text/template/parse"

	"gitpost/bridge/site/generator"
)

// An interpretation follows the page through one template: where its keys are read, and what of a
// value is used.
type interpretation struct {
	*layouts
	file   string          // as it is called in the repository
	folder string          // whose page it is
	shows  bool            // what is used is shown on the post's own page
	calls  map[string]bool // partials that are called at all
	passes map[string]bool // those that get the page, where readers see it
	place  markupPlace
	depth  int
	within int // partials that are given a dictionary
}

// A subject is what an expression stands for.
type subject struct {
	kind    subjectKind
	key     string             // of a page's parameter, or of an item in it
	foreign bool               // of another page than the one of the layout
	parts   map[string]subject // of a dictionary, by key
	first   bool               // of the items the first alone
}

type subjectKind int

const (
	otherThing subjectKind = iota
	thePage
	siteItself
	parameters
	parameter
	itemOf // one item of a parameter
	dictionary
)

// scope is the dot and the variables at one place of a template.
type scope struct {
	dot  subject
	vars map[string]subject
}

func (s scope) with(dot subject) scope {
	vars := make(map[string]subject, len(s.vars))
	for name, v := range s.vars {
		vars[name] = v
	}
	return scope{dot, vars}
}

// interpret looks at a file whose dot is a page. With shows what it uses is on the page of posts
// whose layouts are in the folder.
func (l *layouts) interpret(file, folder string, shows bool) *interpretation {
	in := &interpretation{layouts: l, file: l.from[file], folder: folder, shows: shows, calls: map[string]bool{},
		passes: map[string]bool{}}
	in.templates(file, subject{kind: thePage})
	return in
}

// templates goes through the templates of a file with a dot.
func (in *interpretation) templates(file string, dot subject) {
	for _, tree := range in.parsed(file) {
		if tree.Root != nil {
			in.place = markupPlace{}
			in.list(tree.Root, scope{dot, map[string]subject{"$": dot}})
		}
	}
}

func (in *interpretation) list(list *parse.ListNode, s scope) {
	if list == nil || in.depth > 100 {
		return
	}
	in.depth++
	defer func() { in.depth-- }()
	for _, node := range list.Nodes {
		switch n := node.(type) {
		case *parse.TextNode:
			in.place.pass(string(n.Text))
		case *parse.ActionNode:
			v := in.pipe(n.Pipe, s)
			if len(n.Pipe.Decl) == 0 {
				in.printed(v)
			}
		case *parse.IfNode:
			in.pipe(n.Pipe, s)
			in.list(n.List, s)
			in.list(n.ElseList, s)
		case *parse.WithNode:
			v := in.pipe(n.Pipe, s)
			in.list(n.List, s.with(v))
			in.list(n.ElseList, s)
		case *parse.RangeNode:
			in.each(n, s)
		case *parse.TemplateNode:
			if n.Pipe != nil {
				in.pipe(n.Pipe, s)
			}
		}
	}
}

// each goes through the body of a range.
func (in *interpretation) each(n *parse.RangeNode, s scope) {
	v := in.pipe(n.Pipe, s)
	item := subject{kind: thePage, foreign: true} // of a list of pages, as far as is known
	if v.kind == parameter {
		item = subject{kind: itemOf, key: v.key, foreign: v.foreign}
		in.use(v, generator.Shape{List: true}, shown)
	}
	inner := s.with(item)
	for i, decl := range n.Pipe.Decl {
		inner.vars[decl.Ident[0]] = subject{}
		if i == len(n.Pipe.Decl)-1 {
			inner.vars[decl.Ident[0]] = item
		}
	}
	in.list(n.List, inner)
	in.list(n.ElseList, s)
}

// pipe is what a pipeline stands for.
func (in *interpretation) pipe(p *parse.PipeNode, s scope) subject {
	if p == nil {
		return subject{}
	}
	var v subject
	for i, c := range p.Cmds {
		v = in.command(c, s, v, i > 0)
	}
	for _, decl := range p.Decl {
		s.vars[decl.Ident[0]] = v
	}
	return v
}

func (in *interpretation) command(c *parse.CommandNode, s scope, piped subject, isPiped bool) subject {
	first := c.Args[0]
	if name, ok := functionName(first); ok {
		args := make([]subject, 0, len(c.Args))
		for _, arg := range c.Args[1:] {
			args = append(args, in.operand(arg, s))
		}
		if isPiped {
			args = append(args, piped)
		}
		return in.call(name, c.Args[1:], args)
	}
	for _, arg := range c.Args[1:] {
		if v := in.operand(arg, s); !findsResource(first) {
			in.consumed(v)
		}
	}
	if len(c.Args) == 2 { // .Param "key"
		if base, ok := methodOf(first, "Param"); ok {
			if of := in.chain(s.base(first), base); of.kind == thePage {
				return parameterOf(of, constant(c.Args[1]))
			}
		}
		if _, ok := methodOf(first, "Render"); ok {
			for _, file := range in.views(constant(c.Args[1])) {
				in.calls[file] = true
			}
		}
	}
	return in.operand(first, s)
}

// functionName is the name of the function that a command calls: "index", "urls.Parse".
func functionName(n parse.Node) (string, bool) {
	switch n := n.(type) {
	case *parse.IdentifierNode:
		return n.Ident, true
	case *parse.ChainNode:
		if id, ok := n.Node.(*parse.IdentifierNode); ok {
			return id.Ident + "." + strings.Join(n.Field, "."), id.Ident != "site" && id.Ident != "page" && id.Ident != "hugo"
		}
	}
	return "", false
}

// findsResource reports whether a method or function looks for a file among the resources of the page or
// the site. A picture at an address is none of them.
func findsResource(n parse.Node) bool {
	idents := identsOf(n)
	if len(idents) == 0 {
		return false
	}
	switch last := idents[len(idents)-1]; strings.ToLower(last) {
	case "get", "getmatch", "match":
		return len(idents) == 1 || !strings.EqualFold(idents[len(idents)-2], "scratch") &&
			!strings.EqualFold(idents[len(idents)-2], "store")
	}
	return false
}

func methodOf(n parse.Node, name string) (base []string, ok bool) {
	idents := identsOf(n)
	if len(idents) == 0 || idents[len(idents)-1] != name {
		return nil, false
	}
	return idents[:len(idents)-1], true
}

func identsOf(n parse.Node) []string {
	switch n := n.(type) {
	case *parse.FieldNode:
		return n.Ident
	case *parse.VariableNode:
		return n.Ident[1:]
	case *parse.ChainNode:
		return n.Field
	}
	return nil
}

func constant(n parse.Node) string {
	if s, ok := n.(*parse.StringNode); ok {
		return s.Text
	}
	return ""
}

func (s scope) base(n parse.Node) subject {
	if v, ok := n.(*parse.VariableNode); ok {
		return s.vars[v.Ident[0]]
	}
	return s.dot
}

// operand is what one argument stands for.
func (in *interpretation) operand(n parse.Node, s scope) subject {
	switch n := n.(type) {
	case *parse.DotNode:
		return s.dot
	case *parse.FieldNode:
		return in.chain(s.dot, n.Ident)
	case *parse.VariableNode:
		return in.chain(s.vars[n.Ident[0]], n.Ident[1:])
	case *parse.PipeNode:
		return in.pipe(n, s)
	case *parse.ChainNode:
		if id, ok := n.Node.(*parse.IdentifierNode); ok {
			if id.Ident == "page" {
				return in.chain(subject{kind: thePage}, n.Field)
			}
			return subject{}
		}
		return in.chain(in.operand(n.Node, s), n.Field)
	case *parse.IdentifierNode:
		if n.Ident == "page" {
			return subject{kind: thePage}
		}
	}
	return subject{}
}

// chain follows .A.B from a subject.
func (in *interpretation) chain(v subject, idents []string) subject {
	for i, ident := range idents {
		switch v.kind {
		case parameter, itemOf:
			in.field(v, ident)
			return subject{}
		case parameters:
			v = parameterOf(v, ident)
		case siteItself:
			return subject{}
		case dictionary:
			if v = v.parts[ident]; v.kind == otherThing {
				return v
			}
		default:
			switch ident {
			case "Site", "Sites", "Data", "File", "Resources", "GitInfo", "Language":
				return subject{kind: siteItself}
			case "Params":
				v = subject{kind: parameters, foreign: v.foreign || v.kind != thePage && i == 0}
			case "Page", "page", "context", "Context", "ctx", "this", "p", "post":
				v = subject{kind: thePage, foreign: v.foreign}
			case "Next", "Prev", "NextInSection", "PrevInSection", "NextPage", "PrevPage", "Parent", "CurrentSection",
				"FirstSection", "Pages", "RegularPages", "Paginator":
				v = subject{kind: thePage, foreign: true}
			default:
				fromDict := v.kind == thePage && i == 0 && ident[0] >= 'a' && ident[0] <= 'z' // the page has no such part
				if !fromDict {
					v = subject{}
				}
			}
		}
	}
	return v
}

func parameterOf(of subject, key string) subject {
	if key == "" {
		return subject{}
	}
	return subject{kind: parameter, key: key, foreign: of.foreign}
}

// methodsOfTime are what a layout calls of a date.
var methodsOfTime = []string{
	"Format", "Year", "Month", "Day", "Hour", "Unix", "Weekday", "YearDay", "UTC", "Local", "Before", "After",
	"Equal", "IsZero", "Sub", "AddDate", "Add",
}

// field notes that a part of a value is read.
func (in *interpretation) field(v subject, name string) {
	shape := generator.Shape{Kind: generator.MapValue, List: v.kind == itemOf}
	if slices.Contains(methodsOfTime, name) {
		shape.Kind = generator.TimeValue
	}
	how := shown
	if slices.Contains(generator.AddressKeys, name) {
		how = pictured
	}
	u := in.use(v, shape, how)
	if shape.Kind == generator.MapValue {
		u.fields = append(u.fields, name)
	}
}

// printed notes that a value is written into the page.
func (in *interpretation) printed(v subject) {
	how := shown
	if in.place.inTag {
		how = pictured
	}
	in.asText(v, how)
}

// consumed notes that a function gets a value as a text.
func (in *interpretation) consumed(v subject) { in.asText(v, pictured) }

func (in *interpretation) asText(v subject, how visibility) {
	switch v.kind {
	case parameter:
		in.use(v, generator.Shape{Kind: generator.TextValue}, how)
	case itemOf:
		in.use(v, generator.Shape{Kind: generator.TextValue, List: true}, how)
	}
}

// visibility is what readers see of a value where it is used.
type visibility int

const (
	unseen   visibility = iota
	shown               // something of it
	pictured            // what is at the address that it is
)

// use notes a shape that a key must have, and that it is on the page.
func (in *interpretation) use(v subject, shape generator.Shape, how visibility) *keyUse {
	lower := strings.ToLower(v.key)
	u := in.uses[lower]
	if u == nil {
		u = &keyUse{file: in.file, shown: map[string]string{}, pictured: map[string]string{},
			every: map[string]string{}}
		in.uses[lower] = u
	}
	switch {
	case in.shows && how > unseen && !v.foreign && in.place.seen():
		u.shown[in.folder] = cmp.Or(u.shown[in.folder], in.file)
		if !v.first {
			u.every[in.folder] = cmp.Or(u.every[in.folder], in.file)
		}
		if how == pictured {
			u.pictured[in.folder] = cmp.Or(u.pictured[in.folder], in.file)
		}
	case !in.shows:
		u.shapes = append(u.shapes, shape)
	}
	return u
}
