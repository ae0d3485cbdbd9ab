package hugo

import (
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
	"text/template/parse"

	"gitpost/bridge/site/generator"
)

// Whether a list can do without titles is found by writing it as for posts that have one and as for
// posts that have none: of each template the markup, with marks where it writes an address of a post,
// any text, or a title that is not there.
const (
	markNothing = "\x03"
	markAddress = "\x01"
	markText    = "\x02"
	markList    = "\x04" // a list of posts begins
	markEnd     = "\x05"
)

var listNames = []string{"list", "index", "home", "section", "all"}

// lists says whether the lists of posts need titles. sections are the names of sections of posts.
func (l *layouts) lists(sections []string) generator.Lists {
	var found generator.Lists
	for _, file := range l.files() {
		folder, ok := folderOf(file, listNames)
		if !ok || path.Ext(file) != ".html" || folder != "" && !slices.Contains(sections, folder) {
			continue
		}
		needs, links := needsTitles(l.written(file, true), l.written(file, false))
		if links && (found.File == "" || needs && !found.NeedTitles) {
			found = generator.Lists{File: file, NeedTitles: needs}
		}
	}
	return found
}

// written is a file as it is for posts that have a title, or none.
func (l *layouts) written(file string, titled bool) string {
	b := &listing{layouts: l, titled: titled, known: map[string]mentioned{}}
	b.file(file)
	return b.String()
}

var (
	listOfPosts = regexp.MustCompile(`(?s)\x04(.*?)\x05`)
	anchor      = regexp.MustCompile(`(?is)<a\s([^>]*)>(.*?)</a>`)
	picture     = regexp.MustCompile(`(?i)<(?:img|picture|figure|svg)\b`)
	tags        = regexp.MustCompile(`(?s)<[^>]*>`)
)

// needsTitles reports whether some list has a link that readers see to a post with a title and none to
// one without, and whether there is a list with links at all.
func needsTitles(titled, untitled string) (needs, links bool) {
	with, without := listOfPosts.FindAllStringSubmatch(titled, -1), listOfPosts.FindAllStringSubmatch(untitled, -1)
	if len(with) != len(without) { // a list that is there for posts with a title alone
		return visibleLink(titled) && !visibleLink(untitled), visibleLink(titled)
	}
	for i := range with {
		if visibleLink(with[i][1]) {
			links = true
			needs = needs || !visibleLink(without[i][1])
		}
	}
	return needs, links
}

// visibleLink reports whether a part of a list has a link to a post that has something to see.
func visibleLink(part string) bool {
	for _, a := range anchor.FindAllStringSubmatch(part, -1) {
		if !strings.Contains(a[1], markAddress) {
			continue
		}
		inside := strings.TrimSpace(tags.ReplaceAllString(a[2], ""))
		if inside == "" && picture.MatchString(a[2]) {
			continue // of posts that have one
		}
		if inside == "" && strings.Contains(part, markText) { // laid over a card with a text
			return true
		}
		if strings.Trim(inside, markNothing+" \n\t\r&nbsp;»→›") != "" {
			return true
		}
	}
	return false
}

// A listing is a template, written for posts with a title or for posts without one.
type listing struct {
	*layouts
	strings.Builder
	titled bool
	known  map[string]mentioned // what variables are made of
	trees  map[string]*parse.Tree
	depth  int
	nested int // lists around
}

// file writes what a file has, unless it is called too deeply.
func (b *listing) file(name string) {
	if b.depth > 4 {
		return
	}
	outer := b.trees
	b.trees = b.parsed(name)
	b.depth++
	for _, name := range slices.Sorted(maps.Keys(b.trees)) {
		b.list(b.trees[name].Root)
	}
	b.depth--
	b.trees = outer
}

func (b *listing) list(list *parse.ListNode) {
	if list == nil || b.Len() > 1<<20 {
		return
	}
	for _, node := range list.Nodes {
		switch n := node.(type) {
		case *parse.TextNode:
			b.Write(n.Text)
		case *parse.ActionNode:
			b.action(n.Pipe)
		case *parse.IfNode:
			b.branch(n.Pipe, n.List, n.ElseList)
		case *parse.WithNode:
			b.branch(n.Pipe, n.List, n.ElseList)
		case *parse.RangeNode:
			b.loop(n)
		case *parse.TemplateNode:
			if tree := b.trees[n.Name]; tree != nil && b.nested > 0 && b.depth < 5 {
				b.depth++
				b.list(tree.Root)
				b.depth--
			}
		}
	}
}

// branch writes what a condition about the title leads to; both, when it asks for something else.
func (b *listing) branch(cond *parse.PipeNode, then, otherwise *parse.ListNode) {
	m := b.mentions(cond)
	switch {
	case m.title && !m.other && m.negated != b.titled:
		b.list(then)
	case m.title && !m.other:
		b.list(otherwise)
	default:
		b.list(then)
		b.list(otherwise)
	}
}

// notOfPosts are what lists of something else are made of.
var notOfPosts = regexp.MustCompile(
	`Taxonom|GetTerms|Menus|\.Data\.[^P]|\.Data$|\.Params|Sections\b|Translations|Related|` +
		`OutputFormats|Languages|Ancestors|Resources|AlternativeOutput|\bseq\b`,
)

// settingsOfSite are settings that say which posts a list has.
var settingsOfSite = regexp.MustCompile(`\b[sS]ite\.(?:Params|MainSections)[\w.]*`)

func (b *listing) loop(n *parse.RangeNode) {
	if notOfPosts.MatchString(settingsOfSite.ReplaceAllString(n.Pipe.String(), "")) {
		b.loopsIn(n.List)
		return
	}
	for _, decl := range n.Pipe.Decl {
		delete(b.known, decl.Ident[0])
	}
	if b.nested++; b.nested == 1 {
		b.WriteString(markList)
	}
	b.list(n.List)
	if b.nested--; b.nested == 0 {
		b.WriteString(markEnd)
	}
}

// loopsIn writes the lists of posts inside a list of something else: of the pages of each section.
func (b *listing) loopsIn(list *parse.ListNode) {
	if list == nil {
		return
	}
	for _, node := range list.Nodes {
		switch n := node.(type) {
		case *parse.RangeNode:
			b.loop(n)
		case *parse.IfNode:
			b.loopsIn(n.List)
		case *parse.WithNode:
			b.loopsIn(n.List)
		}
	}
}

// besides are partials that are no part of the list itself.
var besides = regexp.MustCompile(
	`(?i)(?:^|[/_-])(?:nav|navbar|navigation|menu|header|footer|pagination|paginator|breadcrumbs?|` +
		`related|recent|sidebar|widgets?|toc|head|terms|taxonomy)(?:$|[/._-])`,
)

func (b *listing) action(p *parse.PipeNode) {
	if files, ok := b.includes(p); ok {
		for _, file := range files {
			if !besides.MatchString(file) {
				b.file(file)
			}
		}
		return
	}
	m := b.mentions(p)
	if len(p.Decl) > 0 {
		for _, decl := range p.Decl {
			b.assign(decl.Ident[0], m, p.IsAssign)
		}
		return
	}
	switch {
	case m.address:
		b.WriteString(markAddress)
	case m.title && !m.other && !b.titled:
		b.WriteString(markNothing)
	case m.title || m.other:
		b.WriteString(markText)
	}
}

// assign notes what a variable is made of. One that is set again, which may be for posts without a title
// alone, has what it had before too.
func (b *listing) assign(name string, m mentioned, again bool) {
	if before := b.known[name]; again && before != m {
		before.join(m)
		m = before
	}
	b.known[name] = m
}

// includes are the files of a partial or view that an action writes; ok is false when it calls none
// that is here.
func (b *listing) includes(p *parse.PipeNode) (files []string, ok bool) {
	for _, c := range p.Cmds {
		if len(c.Args) < 2 {
			continue
		}
		name, _ := functionName(c.Args[0])
		switch {
		case name == "partial" || name == "partialCached" || name == "partials.Include" || name == "partials.IncludeCached":
			files = b.called(constant(c.Args[1]))
		case len(identsOf(c.Args[0])) > 0:
			if _, is := methodOf(c.Args[0], "Render"); is {
				files = b.views(constant(c.Args[1]))
			}
		}
	}
	return files, len(files) > 0
}

// mentioned is what an expression is made of. negated: it is true of an empty title.
type mentioned struct{ title, address, other, negated bool }

func (b *listing) mentions(n parse.Node) (m mentioned) {
	switch n := n.(type) {
	case *parse.PipeNode:
		if n == nil {
			return m
		}
		for _, c := range n.Cmds {
			m.join(b.mentions(c))
		}
	case *parse.CommandNode:
		m = b.ofCommand(n)
	case *parse.FieldNode:
		m = mentionOf(n.Ident)
	case *parse.VariableNode:
		if len(n.Ident) == 1 {
			of, isKnown := b.known[n.Ident[0]]
			of.negated, of.other = false, of.other || !isKnown
			return of
		}
		m = mentionOf(n.Ident[1:])
	case *parse.ChainNode:
		if id, ok := n.Node.(*parse.IdentifierNode); ok && id.Ident != "page" { // site.Title
			return mentioned{other: true}
		}
		m = mentionOf(n.Field)
	case *parse.DotNode:
		m.other = true
	}
	return m
}

// ofCommand is what a call of a function or a single operand is made of.
func (b *listing) ofCommand(n *parse.CommandNode) (m mentioned) {
	name, isCall := functionName(n.Args[0])
	if !isCall {
		for _, arg := range n.Args {
			m.join(b.mentions(arg))
		}
		return m
	}
	for _, arg := range n.Args[1:] {
		m.join(b.mentions(arg))
	}
	switch name {
	case "not":
		m.negated = !m.negated
	case "eq", "ne", "le", "lt", "gt", "ge": // eq .Title "", gt (len .Title) 0
		m.negated = name == "eq" || name == "le" || name == "lt"
		m.other = m.other || slices.ContainsFunc(n.Args[1:], isText)
	case "now", "site", "hugo":
		m.other = m.other || len(n.Args) == 1
	case "i18n", "T", "lang.Translate", "partial":
		m.other = true
	case "or", "default", "cond":
		m.other = m.other || slices.ContainsFunc(n.Args[1:], isText)
	}
	return m
}

func isText(n parse.Node) bool {
	s, ok := n.(*parse.StringNode)
	return ok && strings.TrimSpace(s.Text) != ""
}

func (m *mentioned) join(o mentioned) {
	m.title, m.address, m.other = m.title || o.title, m.address || o.address, m.other || o.other
	m.negated = m.negated || o.negated
}

// mentionOf reads a chain such as .Page.Title, .item.Title or .Params.title.
func mentionOf(idents []string) mentioned {
	last := idents[len(idents)-1]
	ofPost := len(idents) == 1 || len(idents) == 2 && (idents[0] == "Page" || idents[0][0] >= 'a' && idents[0][0] <= 'z')
	switch {
	case ofPost && (last == "Title" || last == "LinkTitle"):
		return mentioned{title: true}
	case len(idents) > 1 && idents[len(idents)-2] == "Params" && strings.EqualFold(last, "title"):
		return mentioned{title: true}
	case ofPost && (last == "Permalink" || last == "RelPermalink"):
		return mentioned{address: true}
	}
	return mentioned{other: true}
}
