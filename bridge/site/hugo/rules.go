package hugo

import "gitpost/bridge/site/generator"

// rules are the differences between Hugo's versions, each named after what holds since the version
// in rulesOf. What works differently altogether before 0.123 is in era.go.
type rules struct {
	kindPermalinks     bool // permalinks.page, permalinks.section
	soleLanguageFolder bool // defaultContentLanguageInSubdir holds for a site in one language too
	disabledNames      bool // disableLanguages makes languages of names even where none are configured
	dropsDisabled      bool // files in a language that is not built make no bundles and no content folders
	accentsLast        bool // removePathAccents comes after all else that is cleaned away
	rootBundle         bool // an index.md in the content root is the home page
	capitalIndexes     bool // INDEX.md makes a bundle
	writtenNames       bool // tokens and dates take a file's name as it is written
	sharedDates        bool // a date that is found for one purpose can serve the next
	sectionDates       bool // a section without dates has that of its newest page
	integerDrafts      bool // an integer of TOML can make a draft
	headlessPages      bool // headless holds for all pages, not for bundles alone
	ownCascades        bool // a page's cascade holds for itself, whatever its kind
	cascadeParams      bool // params in a cascade
	taxonomyCascades   bool // the cascade of tags/_index.md reaches pages in that folder
	cascadeTarget      bool // cascade.target beside _target
	mapTargets         bool // the target of a cascade that is a map, not a list
	buildKey           bool // build beside _build
	skipsKinds         bool // nothing in a page or a term of a disabled kind breaks the build but its syntax
	urlTokens          bool // permalink tokens in url
	strictDates        bool // a date that cannot be read fails the build
	baseNameTokens     bool // :contentbasename
	noFileName         bool // the deprecated :filename fails the build
	timedFileNames     bool // 2024-03-09-14-05-06-name.md
	commentsAreText    bool // front matter in an HTML comment is text
	orgTexts           bool // tags, categories and aliases of an Org file are one text unless named with []
	newYAML            bool // YAML 1.2: yes and on are words
	noUnderscore       bool // _build fails the build
	sectionSlugs       bool // :sectionslug
	permalinkGlobs     bool // permalinks keys are paths; [[permalinks]]
	htmlRefused        bool // .html content needs security.allowContent
	uglySections       bool // uglyURLs: a section's page is posts/index.html
	localizedAlias     bool // an absolute alias gets the language's prefix
	leafWins           bool // of index.md and _index.md in one folder the first counts
	termCascades       bool // the cascade of tags/go/_index.md reaches pages in that folder
	unwrapsConfig      bool // config/_default/permalinks.toml may have all in a table permalinks
	cleanPermalinks    bool // a pattern's result loses double slashes
}

func rulesOf(version string) rules {
	since := func(v string) bool { return generator.AtLeast(version, v) }
	return rules{
		kindPermalinks:     since("0.115.0"),
		soleLanguageFolder: since("0.123.0"),
		disabledNames:      since("0.123.0"),
		dropsDisabled:      since("0.123.0"),
		accentsLast:        since("0.123.0"),
		rootBundle:         since("0.123.0"),
		capitalIndexes:     since("0.123.0"),
		writtenNames:       since("0.123.0"),
		sharedDates:        since("0.123.0"),
		sectionDates:       since("0.123.0"),
		integerDrafts:      since("0.123.0"),
		headlessPages:      since("0.123.0"),
		ownCascades:        since("0.123.0"),
		cascadeParams:      since("0.123.0"),
		commentsAreText:    since("0.123.0"),
		orgTexts:           since("0.123.0"),
		taxonomyCascades:   since("0.123.0"),
		cascadeTarget:      since("0.123.0"),
		mapTargets:         since("0.123.0"),
		buildKey:           since("0.123.0"),
		skipsKinds:         since("0.123.0") && !since("0.153.0"),
		urlTokens:          since("0.131.0"),
		strictDates:        since("0.136.0"),
		baseNameTokens:     since("0.144.0"),
		noFileName:         since("0.159.0") && !since("0.161.0"),
		timedFileNames:     since("0.148.0"),
		newYAML:            since("0.152.0"),
		noUnderscore:       since("0.160.0"),
		sectionSlugs:       since("0.160.0"),
		permalinkGlobs:     since("0.161.0"),
		htmlRefused:        since("0.162.0"),
		uglySections:       since("0.153.0"),
		localizedAlias:     since("0.156.0"),
		leafWins:           since("0.153.0"),
		termCascades:       since("0.153.0"),
		unwrapsConfig:      since("0.162.0"),
		cleanPermalinks:    since("0.153.0"),
	}
}
