package main

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	east "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/text"

	"gitpost/templates"
)

// topics are the names of the manual's chapters.
func topics() []string {
	var names []string
	for _, c := range templates.Manual() {
		names = append(names, c.Name)
	}
	return names
}

// helpOnTopics lets `gitpost help` show chapters of the manual too.
func helpOnTopics(help *cobra.Command) {
	ofCommands := help.Run
	help.Use, help.Short = "help [COMMAND|TOPIC]", "Explain a command, or show a chapter of the manual"
	help.Long = "help explains a command, or shows a chapter of the manual:\n"
	for _, c := range templates.Manual() {
		help.Long += fmt.Sprintf("\n  %-14s %s", c.Name, c.Title)
	}
	checkCommand := help.Args
	help.Args = func(c *cobra.Command, args []string) error {
		err := checkCommand(c, args)
		if err == nil || len(args) != 1 {
			return err
		}
		switch guesses := chaptersLike(args[0]); len(guesses) {
		case 1:
			return nil
		case 0:
			if len(c.Root().SuggestionsFor(args[0])) > 0 { // they are in the error
				return err
			}
			return fmt.Errorf("%w, or a chapter of the manual: %s", err, strings.Join(topics(), ", "))
		default:
			return fmt.Errorf("%s may mean several chapters of the manual; give one of %s", args[0], strings.Join(guesses, ", "))
		}
	}
	help.Run = func(c *cobra.Command, args []string) {
		if len(args) == 1 {
			name := args[0]
			if of, _, err := c.Root().Find(args); err != nil || of == c.Root() {
				name = chaptersLike(name)[0] // Args has seen to it that there is one
			}
			if chapter := chapterNamed(name); chapter != nil {
				io.WriteString(c.OutOrStdout(), plainText(chapter.Text))
				return
			}
		}
		ofCommands(c, args)
	}
}

func chapterNamed(name string) *templates.Chapter {
	for _, c := range templates.Manual() {
		if c.Name == name {
			return &c
		}
	}
	return nil
}

// chaptersLike returns the chapter of a name; else those whose names begin with it or, if there are none,
// those that it may be a slip of.
func chaptersLike(name string) (names []string) {
	name = strings.ToLower(name)
	if chapterNamed(name) != nil {
		return []string{name}
	}
	near := &cobra.Command{SuggestionsMinimumDistance: 2} // letters
	for _, topic := range topics() {
		if strings.HasPrefix(topic, name) {
			names = append(names, topic)
		}
		near.AddCommand(&cobra.Command{Use: topic, Run: func(*cobra.Command, []string) {}})
	}
	if len(names) > 0 {
		return names
	}
	return near.SuggestionsFor(name)
}

// manualWidth is how many columns the manual takes in a terminal.
const manualWidth = 80

// plainText lays a chapter out for a terminal: wrapped, with tables as lists and links as the command that
// shows where they lead.
func plainText(markdown string) string {
	source := []byte(markdown)
	tree := goldmark.New(goldmark.WithExtensions(extension.Table)).Parser().Parse(text.NewReader(source))
	p := &terminalPage{source: source}
	p.blocks(tree, "")
	return strings.TrimLeft(p.out.String(), "\n")
}

// terminalPage is a chapter on its way to a terminal.
type terminalPage struct {
	source []byte
	out    strings.Builder
}

func (p *terminalPage) blocks(parent ast.Node, indent string) {
	for node := parent.FirstChild(); node != nil; node = node.NextSibling() {
		switch n := node.(type) {
		case *ast.Heading:
			mark := map[int]string{1: "", 2: "== ", 3: "-- "}[n.Level]
			title := p.inline(n)
			if n.Level == 1 {
				title = strings.ToUpper(title)
			}
			p.out.WriteString("\n" + indent + mark + title + "\n")
		case *ast.Paragraph:
			p.out.WriteString("\n" + wrap(p.inline(n), indent, indent))
		case *ast.TextBlock:
			p.out.WriteString(wrap(p.inline(n), indent, indent))
		case *ast.FencedCodeBlock, *ast.CodeBlock:
			p.code(node, indent+"    ")
		case *ast.List:
			p.list(n, indent)
		case *east.Table:
			p.table(n, indent)
		case *ast.Blockquote:
			p.blocks(n, indent+"  ")
		}
	}
}

func (p *terminalPage) code(block ast.Node, indent string) {
	p.out.WriteByte('\n')
	for i := range block.Lines().Len() {
		line := block.Lines().At(i)
		p.out.WriteString(strings.TrimRight(indent+string(line.Value(p.source)), " \n") + "\n")
	}
}

func (p *terminalPage) list(list *ast.List, indent string) {
	p.out.WriteByte('\n')
	number := list.Start
	for item := list.FirstChild(); item != nil; item = item.NextSibling() {
		mark := "- "
		if list.IsOrdered() {
			mark = fmt.Sprintf("%d. ", number)
			number++
		}
		inner := indent + strings.Repeat(" ", len(mark))
		if first := item.FirstChild(); first != nil {
			p.out.WriteString(wrap(p.inline(first), indent+mark, inner))
			item.RemoveChild(item, first)
		}
		p.blocks(item, inner)
	}
}

// table writes a row as its first cell, with the others below it under the names of their columns.
func (p *terminalPage) table(table *east.Table, indent string) {
	var names []string
	for row := table.FirstChild(); row != nil; row = row.NextSibling() {
		column := 0
		for cell := row.FirstChild(); cell != nil; cell = cell.NextSibling() {
			words := p.inline(cell)
			switch {
			case row.Kind() == east.KindTableHeader:
				names = append(names, words)
			case column == 0:
				p.out.WriteString("\n" + wrap(words, indent, indent))
			case words != "":
				p.out.WriteString(wrap(names[column]+": "+words, indent+"    ", indent+"      "))
			}
			column++
		}
	}
}

// inline is the text of a block without its marks, but for those of code.
func (p *terminalPage) inline(parent ast.Node) string {
	var b strings.Builder
	for node := parent.FirstChild(); node != nil; node = node.NextSibling() {
		switch n := node.(type) {
		case *ast.Text:
			b.Write(n.Segment.Value(p.source))
			if n.SoftLineBreak() || n.HardLineBreak() {
				b.WriteByte(' ')
			}
		case *ast.String:
			b.Write(n.Value)
		case *ast.CodeSpan:
			b.WriteString("`" + p.inline(n) + "`")
		case *ast.AutoLink:
			b.Write(n.URL(p.source))
		case *ast.Image:
		case *ast.Link:
			b.WriteString(p.inline(n))
			to := string(n.Destination)
			if name, _, ok := templates.ManualLink(to); ok {
				b.WriteString(" (gitpost help " + name + ")")
			} else if !strings.HasPrefix(to, "#") {
				b.WriteString(" <" + to + ">")
			}
		default:
			b.WriteString(p.inline(n))
		}
	}
	return b.String()
}

// wrap breaks a text into lines; the first one begins with one indent, the others with another.
func wrap(words, first, indent string) string {
	var b strings.Builder
	line := first
	empty := true
	for word := range strings.FieldsSeq(words) {
		if !empty && utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > manualWidth {
			b.WriteString(line + "\n")
			line, empty = indent, true
		}
		if !empty {
			line += " "
		}
		line += word
		empty = false
	}
	return b.String() + strings.TrimRight(line, " ") + "\n"
}
