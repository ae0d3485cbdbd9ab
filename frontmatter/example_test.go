package frontmatter_test

import (
	"fmt"

	"gitpost/frontmatter"
)

const post = `---
title: A walk   # by the river
date: 2024-03-09 14:05:06 +0100
tags:
  - river
  - photos
cover:
  image: fog.jpg
---

We went for a walk.
`

func ExampleParse() {
	doc, err := frontmatter.Parse([]byte(post), frontmatter.Dialect{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(doc.Format(), doc.Keys())
	_, err = frontmatter.Parse([]byte("---\ntitle: a: b\n---\n"), frontmatter.Dialect{})
	fmt.Println(err)
	// Output:
	// YAML [title date tags cover]
	// front matter, line 2: mapping values are not allowed in this context
}

func ExampleNew() {
	doc := frontmatter.New(frontmatter.Style{KeyOrder: []string{"title", "date", "tags"}})
	doc.Set([]any{"tea", "yes"}, "tags")
	doc.Set("Tea: a report", "title")
	doc.Set(frontmatter.Timestamp("2024-03-09T14:05:06+02:00"), "date")
	doc.SetBody("It was good.\n")
	fmt.Printf("%s", doc.Bytes())
	// Output:
	// ---
	// title: "Tea: a report"
	// date: 2024-03-09T14:05:06+02:00
	// tags:
	// - tea
	// - "yes"
	// ---
	//
	// It was good.
}

func ExampleDocument_Set() {
	doc, _ := frontmatter.Parse([]byte(post), frontmatter.Dialect{})
	doc.Set("A long walk", "title")
	doc.Set(frontmatter.Timestamp("2024-03-10T09:00:00+01:00"), "date")
	doc.Set([]any{"river", "fog", "photos"}, "tags")
	doc.Set("The river in fog", "cover", "alt")
	fmt.Printf("%s", doc.Bytes())
	// Output:
	// ---
	// title: A long walk   # by the river
	// date: 2024-03-10 09:00:00 +0100
	// tags:
	//   - river
	//   - fog
	//   - photos
	// cover:
	//   image: fog.jpg
	//   alt: The river in fog
	// ---
	//
	// We went for a walk.
}

// A Map keeps the order of its keys; a map[string]any is written in sorted order.
func ExampleMap() {
	doc := frontmatter.New(frontmatter.Style{ListIndent: 2})
	doc.Set([]any{
		frontmatter.Map{{Key: "url", Value: "https://example.org/a.jpg"}, {Key: "alt", Value: "A heron"}},
	}, "photo")
	fmt.Printf("%s", doc.Bytes())
	// Output:
	// ---
	// photo:
	//   - url: https://example.org/a.jpg
	//     alt: A heron
	// ---
}

func ExampleDocument_Delete() {
	doc, _ := frontmatter.Parse([]byte(post), frontmatter.Dialect{})
	doc.Delete("tags")
	doc.Delete("cover", "image")
	fmt.Printf("%s", doc.Bytes())
	// Output:
	// ---
	// title: A walk   # by the river
	// date: 2024-03-09 14:05:06 +0100
	// cover: {}
	// ---
	//
	// We went for a walk.
}

func ExampleDocument_Get() {
	doc, _ := frontmatter.Parse([]byte(post), frontmatter.Dialect{})
	image, ok := doc.Get("cover", "image")
	fmt.Println(image, ok)
	_, ok = doc.Get("summary")
	fmt.Println(ok)
	// Output:
	// fog.jpg true
	// false
}

// An unquoted yes is text here, and true to readers of YAML 1.1. Plain tells them apart.
func ExampleDocument_Field() {
	doc, _ := frontmatter.Parse([]byte("---\ntoc: yes\nmath: \"yes\"\n---\n"), frontmatter.Dialect{})
	for _, key := range doc.Keys() {
		f, _ := doc.Field(key)
		fmt.Printf("%s: %q %v\n", key, f.Text, f.Plain)
	}
	// Output:
	// toc: "yes" true
	// math: "yes" false
}

func ExampleDocument_SetBody() {
	doc, _ := frontmatter.Parse([]byte("---\r\ntitle: From Windows\r\n---\r\nOld\r\n"), frontmatter.Dialect{})
	doc.SetBody("One\nTwo\n")
	fmt.Printf("%q\n", doc.Body())
	fmt.Printf("%q\n", doc.Bytes())
	// Output:
	// "One\r\nTwo\r\n"
	// "---\r\ntitle: From Windows\r\n---\r\nOne\r\nTwo\r\n"
}

// The style of one post makes the next one look like it.
func ExampleMerge() {
	base := []byte("---\ntitle: x\ntags: [a, b]\n---\none\ntwo\n")
	ours := []byte("---\ntitle: phone\ntags: [a, b, phone]\n---\none\ntwo\nthree\n")
	theirs := []byte("---\ntitle: desk\ntags: [b, desk]   # sorted\n---\nzero\none\ntwo\n")
	merged, conflicts, _ := frontmatter.Merge(base, ours, theirs, frontmatter.Dialect{})
	fmt.Printf("%s", merged)
	for _, c := range conflicts {
		fmt.Printf("%s: ours %q, theirs %q\n", c.Key, c.Ours, c.Theirs)
	}
	// Output:
	// ---
	// title: desk
	// tags: [b, phone, desk]   # sorted
	// ---
	// zero
	// one
	// two
	// three
	// title: ours "phone", theirs "desk"
}

func ExampleDocument_Items() {
	doc, _ := frontmatter.Parse([]byte("---\ntags: [yes, 'yes']\n---\n"), frontmatter.Dialect{})
	items, _ := doc.Items("tags")
	for _, item := range items {
		fmt.Println(item.Text, item.Plain)
	}
	// Output:
	// yes true
	// yes false
}

func ExampleDecodeYAML() {
	config, err := frontmatter.DecodeYAML([]byte("title: My site\npaginate: 5\n"))
	fmt.Println(config["title"], config["paginate"], err)
	// Output:
	// My site 5 <nil>
}
