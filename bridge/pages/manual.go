package pages

import (
	"bytes"
	"fmt"
	"html/template"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	east "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"

	"gitpost/bridge/language"
	"gitpost/templates"
)

// chapter is a chapter of the manual as HTML.
type chapter struct {
	Name, Title string
	HTML        template.HTML
}

// manual answers GET /manual and /manual/NAME. Everybody may read it: it says nothing of this server.
func (p *Pages) manual(c echo.Context) error {
	_, owner, err := p.visitor(c)
	if err != nil {
		return err
	}
	var main struct {
		Chapters []chapter
		Shown    chapter
	}
	if main.Chapters, err = p.chapters(); err != nil {
		return err
	}
	name := c.Param("name")
	for _, chapter := range main.Chapters {
		if chapter.Name == name {
			main.Shown = chapter
		}
	}
	switch {
	case name == "":
		return p.show(c, http.StatusOK, "manual", view{Title: language.Text("Manual"), SignedIn: owner, Main: main})
	case main.Shown.Name != "":
		return p.show(c, http.StatusOK, "manual", view{Named: main.Shown.Title, SignedIn: owner, Main: main})
	case strings.HasSuffix(name, ".svg"):
		if picture, err := templates.ManualPicture(name); err == nil {
			return c.Blob(http.StatusOK, "image/svg+xml", picture)
		}
	}
	return echo.ErrNotFound
}

// readManual renders the chapters.
func (p *Pages) readManual() ([]chapter, error) {
	markdown := goldmark.New(goldmark.WithExtensions(extension.Table),
		goldmark.WithParserOptions(parser.WithAutoHeadingID()))
	var list []chapter
	for _, c := range templates.Manual() {
		source := []byte(c.Text)
		tree := markdown.Parser().Parse(text.NewReader(source))
		if err := ast.Walk(tree, func(node ast.Node, entering bool) (ast.WalkStatus, error) {
			if table, ok := node.(*east.Table); ok && entering {
				labelCells(table, source)
			}
			return p.linkInManual(node, entering)
		}); err != nil {
			return nil, fmt.Errorf("read chapter %s of the manual: %w", c.Name, err)
		}
		var b bytes.Buffer
		if err := markdown.Renderer().Render(&b, source, tree); err != nil {
			return nil, fmt.Errorf("render chapter %s of the manual: %w", c.Name, err)
		}
		ownText := template.HTML(scrolled.Replace(b.String()))
		list = append(list, chapter{Name: c.Name, Title: c.Title, HTML: ownText})
	}
	return list, nil
}

// scrolled lets the keyboard reach what may be wider than the page.
var scrolled = strings.NewReplacer("<pre>", `<pre tabindex="0">`, "<table>", `<table tabindex="0">`)

// labelCells gives each cell between the first and the last the name of its column, which a narrow page shows
// in place of the columns.
func labelCells(table *east.Table, source []byte) {
	var names []string
	for row := table.FirstChild(); row != nil; row = row.NextSibling() {
		column := 0
		for cell := row.FirstChild(); cell != nil; cell = cell.NextSibling() {
			switch {
			case row.Kind() == east.KindTableHeader:
				names = append(names, string(cell.Lines().Value(source)))
			case column > 0 && column < len(names)-1:
				cell.SetAttributeString("data-label", []byte(names[column]))
			}
			column++
		}
	}
}

// linkInManual turns links between files into links between pages.
func (p *Pages) linkInManual(node ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	switch n := node.(type) {
	case *ast.Link:
		name, anchor, ok := templates.ManualLink(string(n.Destination))
		if !ok {
			break
		}
		to := p.path("/manual/" + name)
		if anchor != "" {
			to += "#" + anchor
		}
		n.Destination = []byte(to)
	case *ast.Image:
		n.Destination = []byte(p.path("/manual/" + string(n.Destination)))
	}
	return ast.WalkContinue, nil
}
