package gitstore

import (
	"strings"
	"testing"
)

func TestRenameTakesMoreThanLikeness(t *testing.T) {
	t.Parallel()
	const prose = "The harbour was full of boats this morning, and the ice had gone from the piers at last.\n"
	post := func(date, title, text string) string {
		if title != "" {
			title = "title: " + title + "\n"
		}
		return "---\n" + title + "date: " + date +
			"\ntags: [food, canteen, a-long-tag-that-many-posts-have]\nauthor: me\n---\n\n" + text
	}
	tests := map[string]struct {
		before, after string
		want          bool
	}{
		"small notes of two days": {post("2024-03-01T12:00:00Z", "", "Lunch.\n"),
			post("2024-03-02T18:00:00Z", "", "Supper.\n"), false},
		"the same word on two days": {post("2024-03-01T12:00:00Z", "", "Lunch.\n"),
			post("2024-03-02T12:00:00Z", "", "Lunch.\n"), false},
		"a sign without front matter": {"🚀\n", "🚀\n", false},
		"front matter without a date": {"---\nlayout: note\nauthor: me\n---\nLunch.\n",
			"---\nlayout: note\nauthor: me\n---\nLunch.\n", false},
		"a common last line": {post("2024-03-01T12:00:00Z", "", "Lunch.\n\n"+prose),
			post("2024-03-02T12:00:00Z", "", "Supper.\n\n"+prose), false},
		"a day without time, no title": {post("2024-03-01T00:00:00Z", "", "Hi\n"), post("2024-03-01T00:00:00Z", "", "Hi\n"),
			false},
		"TOML of two posts": {"+++\ndate = 2024-03-01T12:00:00Z\nauthor = 'me'\n+++\nHi\n",
			"+++\ndate = 2024-03-02T12:00:00Z\nauthor = 'me'\n+++\nHi\n", false},
		"JSON of two posts": {"{\n\"title\": \"A\",\n\"author\": \"somebody with a long name\"\n}\nHi\n",
			"{\n\"title\": \"B\",\n\"author\": \"somebody with a long name\"\n}\nHi\n", false},
		"two empty files": {"", "", false},
		"the same moment and title": {post("2024-03-01T12:00:00Z", "Lunch", "Soup.\n"),
			post("2024-03-01T12:00:00Z", "Lunch", "Soup, and bread.\n"), true},
		"the same moment of a note": {post("2024-03-01T12:34:56Z", "", "Lunch.\n"),
			post("2024-03-01T12:34:56Z", "", "Lunch.\n"), true},
		"a text of some length":  {prose, prose, true},
		"with a touch":           {prose + "One more line.\n", prose + "Another line.\n", true},
		"front matter rewritten": {"---\nlayout: note\n---\n" + prose, "+++\nlayout = 'post'\n+++\n" + prose, true},
		"a long post with a new date": {post("2024-03-01T12:00:00Z", "A", strings.Repeat(prose, 6)),
			post("2024-03-02T12:00:00Z", "A", strings.Repeat(prose, 6)), true},
		"one footer, two days": {post("2024-03-01", "", "Lunch.\n\n"+prose),
			post("2024-05-02", "", "Supper.\n\n"+prose), false},
		"one footer, two titles": {"---\ntitle: A\n---\nLunch.\n\n" + prose, "---\ntitle: B\n---\nSupper.\n\n" + prose,
			false},
		"a long footer, all else differs": {post("2024-03-01", "A", "Lunch.\n\n"+strings.Repeat(prose, 8)),
			post("2024-05-02T18:00:00Z", "B", "Supper.\n\n"+strings.Repeat(prose, 8)), false},
		"a new title and day": {post("2024-03-01", "A", strings.Repeat(prose, 6)),
			post("2024-03-02", "B", strings.Repeat(prose, 6)), true},
		"a new title": {post("2024-03-01", "A", prose), post("2024-03-01", "B", prose), true},
		"a new title and a touch": {post("2024-03-01T12:34:56Z", "A", prose+"One.\n"),
			post("2024-03-01T12:34:56Z", "B", prose+"Two.\n"), true},
		"a time for the day": {post("2024-03-01", "A", prose+"One.\n"),
			post("2024-03-01T12:00:00Z", "A", prose+"Two.\n"), true},
		"a photo": {"\xff\xd8\x00" + strings.Repeat("x", 100),
			"\xff\xd8\x00" + strings.Repeat("x", 100), true},
		"two photos that begin the same": {"\xff\xd8\x00" + strings.Repeat("x", 100),
			"\xff\xd8\x00" + strings.Repeat("x", 99) + "y", false},
	}
	for name, c := range tests {
		if got := Renamed([]byte(c.before), []byte(c.after)); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}
