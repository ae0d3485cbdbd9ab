package hugo

import (
	"path"
	"regexp"
	"slices"
	"strings"
	"text/template/parse"

	"gitpost/bridge/site/generator"
)

// Whether a list can do without titles is found by writing it as for a post that has none: of
// each template the markup, with marks where it writes a title, an address of a post, or any
// other text.
const (
	markTitle   = "\x03"
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
		out := &listing{layouts: l, titles: map[string]bool{}}
		for _, tree := range l.parsed(file) {
			out.list(tree.Root)
		}
		needs, links := needsTitles(out.String())
		if links && (found.File == "" || needs && !found.NeedTitles) {
			found = generator.Lists{File: file, NeedTitles: needs}
		}
	}
	return found
}

var (
	listOfPosts = regexp.MustCompile(`(?s)\x04(.*?)\x05`)
	anchor      = regexp.MustCompile(`(?is)<a\s([^>]*)>(.*?)</a>`)
	tags        = regexp.MustCompile(`(?s)<[^>]*>`)
)

// needsTitles reports whether some list links posts by their titles alone, and whether there is a
// list with links at all.
func needsTitles(text string) (needs, links bool) {
	for _, part := range listOfPosts.FindAllStringSubmatch(text, -1) {
		bare, visible := false, false
		for _, a := range anchor.FindAllStringSubmatch(part[1], -1) {
			if !strings.Contains(a[1], markAddress) {
				continue
			}
			links = true
			switch inside := strings.TrimSpace(tags.ReplaceAllString(a[2], "")); {
			case inside == "" && strings.Contains(part[1], markText): // laid over a card with a text
				visible = true
			case strings.Trim(inside, markTitle+" \n\t\r&nbsp;»→›") == "":
				bare = true
			default:
				visible = true
			}
		}
		needs = needs || bare && !visible
	}
	return needs, links
}

// A listing is a template, written for a post without a title.
type listing struct {
	*layouts
	strings.Builder
	titles map[string]bool // variables that hold a title
	depth  int
	nested int // lists around
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
		}
	}
}

// branch writes what a condition leads to when there is no title; both, when it asks for something
// else.
func (b *listing) branch(cond *parse.PipeNode, then, otherwise *parse.ListNode) {
	m := b.mentions(cond)
	switch {
	case m.title && !m.other && m.negated:
		b.list(then)
	case m.title && !m.other:
		b.list(otherwise)
	default:
		b.list(then)
		b.list(otherwise)
	}
}

// notOfPosts are what lists of something else are made of.
var notOfPosts = regexp.MustCompile(`Taxonom|GetTerms|Menus|\.Data\b|\.Params|Sections\b|Translations|Related|OutputFormats|` +
	`Languages|Ancestors|Resources|AlternativeOutput|\bseq\b`)

func (b *listing) loop(n *parse.RangeNode) {
	if notOfPosts.MatchString(n.Pipe.String()) {
		return
	}
	if b.nested++; b.nested == 1 {
		b.WriteString(markList)
	}
	b.list(n.List)
	if b.nested--; b.nested == 0 {
		b.WriteString(markEnd)
	}
}

// besides are partials that are no part of the list itself.
var besides = regexp.MustCompile(`(?i)(?:^|[/_-])(?:nav|navbar|navigation|menu|header|footer|pagination|paginator|breadcrumbs?|` +
	`related|recent|sidebar|widgets?|toc|head|terms|taxonomy)(?:$|[/._-])`)

func (b *listing) action(p *parse.PipeNode) {
	if files, ok := b.includes(p); ok {
		for _, file := range files {
			if b.depth > 4 || besides.MatchString(file) {
				continue
			}
			b.depth++
			for _, tree := range b.parsed(file) {
				b.list(tree.Root)
			}
			b.depth--
		}
		return
	}
	m := b.mentions(p)
	if len(p.Decl) > 0 {
		for _, decl := range p.Decl {
			name := decl.Ident[0]
			b.titles[name] = m.title && !m.other && (!p.IsAssign || b.titles[name])
		}
		return
	}
	switch {
	case m.address:
		b.WriteString(markAddress)
	case m.title && !m.other:
		b.WriteString(markTitle)
	case m.title || m.other:
		b.WriteString(markText)
	}
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

// mentioned is what an expression is made of.
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
		for i, arg := range n.Args {
			if name, ok := functionName(arg); ok && i == 0 {
				m.negated = name == "not"
				m.other = m.other || len(n.Args) == 1 && slices.Contains([]string{"now", "site", "hugo"}, name)
				m.other = m.other || name == "i18n" || name == "T" || name == "partial" || name == "lang.Translate"
				continue
			}
			m.join(b.mentions(arg))
		}
		if name, _ := functionName(n.Args[0]); (name == "or" || name == "default" || name == "cond") &&
			slices.ContainsFunc(n.Args[1:], isText) {
			m.other = true
		}
	case *parse.FieldNode:
		m = mentionOf(n.Ident)
	case *parse.VariableNode:
		if len(n.Ident) == 1 {
			return mentioned{title: b.titles[n.Ident[0]], other: !b.titles[n.Ident[0]]}
		}
		m = mentionOf(n.Ident[1:])
	case *parse.ChainNode:
		m = mentionOf(n.Field)
	case *parse.DotNode:
		m.other = true
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

// mentionOf reads a chain such as .Page.Title.
func mentionOf(idents []string) mentioned {
	last := idents[len(idents)-1]
	ofPost := len(idents) == 1 || len(idents) == 2 && (idents[0] == "Page" || idents[0] == "page" || idents[0] == "context")
	switch {
	case ofPost && (last == "Title" || last == "LinkTitle"):
		return mentioned{title: true}
	case ofPost && (last == "Permalink" || last == "RelPermalink"):
		return mentioned{address: true}
	}
	return mentioned{other: true}
}
