package frontmatter

import (
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
)

// benchFront is the front matter of a post of 2 KB.
const benchFront = `# written on the train
title: "A walk along the river: notes from Tuesday"
date: 2024-03-09T14:05:06+02:00
lastmod: 2024-03-10T09:00:00+02:00
draft: false
author: Jane Doe
description: What we saw between the bridge and the mill, with photos.
categories:
  - walks
tags:
  - river
  - photos   # all of mine
  - "2024"
  - winter
aliases: [/walks/river/, /2024/river/]
cover:
  image: https://example.org/media/2024/03/river.jpg
  alt: "The river in fog"
  caption: Early morning
photo:
  - url: https://example.org/media/2024/03/a.jpg
    alt: A heron
  - url: https://example.org/media/2024/03/b.jpg
    alt: The old mill
syndication:
  - https://social.example/@jane/112233445566
weight: 10
slug: river-walk
`

func benchPost() []byte {
	body := strings.Repeat("The path follows the river for an hour before it turns away to the hills. ", 18)
	return []byte("---\n" + benchFront + "---\n\n" + body[:2048-len(benchFront)-10] + "\n")
}

// BenchmarkParseAndEdit is what an update costs. Compare it with BenchmarkYAMLNode of the
// same run: the aim is at most three times that, and 60 µs.
func BenchmarkParseAndEdit(b *testing.B) {
	post := benchPost()
	b.SetBytes(int64(len(post)))
	b.ReportAllocs()
	for b.Loop() {
		doc, err := Parse(post, Dialect{LeadingBlank: true, FoldKeys: true})
		if err != nil {
			b.Fatal(err)
		}
		if err := doc.Set("A walk along the brook", "title"); err != nil {
			b.Fatal(err)
		}
		if len(doc.Bytes()) == 0 {
			b.Fatal("nothing was written")
		}
	}
}

// BenchmarkParse is what reading a post for the catalog costs.
func BenchmarkParse(b *testing.B) {
	post := benchPost()
	b.SetBytes(int64(len(post)))
	b.ReportAllocs()
	for b.Loop() {
		doc, err := Parse(post, Dialect{LeadingBlank: true, FoldKeys: true})
		if err != nil {
			b.Fatal(err)
		}
		doc.Field("title")
		doc.Field("tags")
	}
}

// BenchmarkYAMLNode is yaml.v3 alone on the same front matter.
func BenchmarkYAMLNode(b *testing.B) {
	front := []byte(benchFront)
	b.ReportAllocs()
	for b.Loop() {
		var n yaml.Node
		if err := yaml.Unmarshal(front, &n); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkMerge(b *testing.B) {
	base := benchPost()
	ours := []byte(strings.Replace(string(base), "  - winter", "  - winter\n  - snow", 1))
	theirs := []byte(strings.Replace(string(base), "draft: false", "draft: true", 1))
	b.ReportAllocs()
	for b.Loop() {
		if _, conflicts, err := Merge(base, ours, theirs, Dialect{}); err != nil || len(conflicts) > 0 {
			b.Fatal(err, conflicts)
		}
	}
}
