package hugo

// hugoCapitalRows are about names with capitals, which Hugo reads in two ways: as they are
// written, and in lower case.
var hugoCapitalRows = []hugoRow{
	{
		name: "an _index file of no language is a page that stands for its folder", versions: "0.111.3",
		config: "[permalinks]\na = '/p/:slug/'\n",
		files: map[string]string{
			"content/s/b/_index.FR.md": "---\nslug: zz\n---\n", "content/s/b/c.md": plainPost,
			"content/a/_index.fr.md": plainPost, "content/tags/_index.FR.md": plainPost,
		},
		want: map[string]string{
			"content/s/b/_index.FR.md": "s/zz/", "content/s/b/c.md": "s/b/c/", "content/a/_index.fr.md": "p/t/",
			"content/tags/_index.FR.md": "tags/",
		},
	},
	{
		name: "a bundle's date by its folder, whatever stands after index", versions: "0.111.3",
		config: "[frontmatter]\ndate = [':filename', ':default']\n",
		files:  map[string]string{"content/notes/2024-06-15-a/index.EN.md": "---\n---\nx\n"},
		want:   map[string]string{"content/notes/2024-06-15-a/index.EN.md": "notes/a/"},
	},
	{
		name: "a bundle's date by its folder, but for a language in capitals", versions: twoHugos,
		config: "[frontmatter]\ndate = [':filename', ':default']\n",
		files: map[string]string{"content/notes/2024-06-15-a/index.EN.md": "---\n---\nx\n",
			"content/notes/2024-06-15-b/index.en.md": "---\n---\nx\n"},
		want: map[string]string{"content/notes/2024-06-15-a/index.EN.md": "notes/2024-06-15-a/",
			"content/notes/2024-06-15-b/index.en.md": "notes/b/"},
	},
	{
		name: "index and _index files with capitals", versions: twoHugos,
		files: map[string]string{
			"content/s/b/Index.md": plainPost, "content/s/b/c.md": plainPost, "content/s/d/INDEX.MD": plainPost,
			"content/s/d/e.md":      plainPost,
			"content/s/f/_Index.md": "---\ntitle: X\ncascade: {slug: casc}\n---\n", "content/s/f/g.md": plainPost,
		},
		want: map[string]string{"content/s/b/Index.md": "s/b/", "content/s/d/INDEX.MD": "s/d/",
			"content/s/f/_Index.md": "s/f/", "content/s/f/g.md": "s/f/casc/"},
	},
	{
		name: "index and _index files with capitals are pages", versions: "0.111.3",
		files: map[string]string{"content/s/b/Index.md": plainPost, "content/s/b/c.md": plainPost,
			"content/s/f/_INDEX.md": "---\ncascade: {slug: casc}\n---\n", "content/s/f/g.md": plainPost},
		want: map[string]string{
			"content/s/b/Index.md": "s/b/index/", "content/s/b/c.md": "s/b/c/", "content/s/f/_INDEX.md": "s/f/_index/",
			"content/s/f/g.md": "s/f/g/",
		},
	},
	{
		name: "a language's code in capitals, as the standard writes it", versions: twoHugos,
		config: "[languages.en]\nweight = 1\n[languages.pt-BR]\nweight = 2\n",
		files: map[string]string{
			"content/s/_index.pt-BR.md": "---\ntitle: X\ncascade: {slug: casc}\n---\n", "content/s/x.pt-BR.md": plainPost,
			"content/s/x.md":             plainPost,
			"content/s/b/index.pt-BR.md": "---\nslug: own\n---\n", "content/s/b/c.md": plainPost,
		},
		want: map[string]string{
			"content/s/_index.pt-BR.md": "pt-br/s/", "content/s/x.pt-BR.md": "pt-br/s/casc/", "content/s/x.md": "s/x/",
			"content/s/b/index.pt-BR.md": "pt-br/s/own/",
		},
	},
	{
		name: "a language's code in capitals is none", versions: "0.111.3",
		config: "[languages.en]\nweight = 1\n[languages.pt-BR]\nweight = 2\n",
		files: map[string]string{
			"content/s/_index.pt-BR.md": "---\ntitle: X\ncascade: {slug: casc}\n---\n", "content/s/x.pt-BR.md": plainPost,
			"content/s/b/index.pt-BR.md": plainPost, "content/s/b/c.md": plainPost,
		},
		want: map[string]string{"content/s/_index.pt-BR.md": "s/", "content/s/x.pt-BR.md": "s/x.pt-br/",
			"content/s/b/index.pt-BR.md": "s/b/"},
	},
	{
		name: "disablePathToLower takes names with capitals as they are written", versions: twoHugos,
		config: "disablePathToLower = true\n[languages.en]\nweight = 1\n[languages.fr]\nweight = 2\n",
		files: map[string]string{
			"content/s/A/Index.md": plainPost, "content/s/B/index.EN.md": plainPost, "content/s/C/index.MD": plainPost,
			"content/s/D/_Index.md": plainPost,
			"content/s/E/_index.MD": plainPost, "content/s/F/_index.FR.md": plainPost, "content/s/G/x.FR.md": plainPost,
			"content/s/G/Y.fr.md": plainPost,
		},
		want: map[string]string{
			"content/s/A/Index.md": "s/A/Index/", "content/s/B/index.EN.md": "s/B/index.EN/", "content/s/C/index.MD": "s/C/",
			"content/s/D/_Index.md": "s/D/_Index/",
			"content/s/E/_index.MD": "s/E/_index.MD/", "content/s/F/_index.FR.md": "fr/s/F/_index.FR/",
			"content/s/G/x.FR.md": "fr/s/G/x.FR/", "content/s/G/Y.fr.md": "fr/s/G/Y/",
		},
	},
	{
		name: "a language in capitals is part of :filename", versions: twoHugos,
		config: "[languages.en]\nweight = 1\n[languages.fr]\nweight = 2\n[permalinks]\ns = '/p/:filename/'\n",
		files:  map[string]string{"content/s/x.FR.md": plainPost, "content/s/y.fr.md": plainPost},
		want:   map[string]string{"content/s/x.FR.md": "fr/p/x.fr/", "content/s/y.fr.md": "fr/p/y/"},
	},
	{
		name: "what looks like no _index file in its language hands nothing to itself", versions: "0.111.3",
		files: map[string]string{"content/s/_index.FR.md": "---\ncascade: {url: /u/}\n---\n", "content/s/a.md": plainPost},
		want:  map[string]string{"content/s/_index.FR.md": "s/", "content/s/a.md": "s/a/"},
	},
	{
		name: "index files with capitals stand in :contentbasename", versions: twoHugos,
		config: "[permalinks]\ntags = '/p/:contentbasename/'\ns = '/q/:contentbasename/'\n",
		files:  map[string]string{"content/tags/go/_index.MD": plainPost, "content/s/b/Index.md": plainPost},
		want:   map[string]string{"content/tags/go/_index.MD": "p/_index/", "content/s/b/Index.md": "q/index/"},
	},
}
