package bridge_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// handWritten is a post as no program writes it.
const handWritten = "---\n# mine\ntitle:   'Low tide'   # odd on purpose\ndate: 2026-01-02 03:04:05 +0100\n" +
	"slug: by-hand\ntags: [ sea,  \"long walk\" ]\nmood: &m { a: 1 }\n---\n\nFirst *paragraph*.  \nWith a break.\n\n\n<!-- kept -->\nLast.\n"

// handWritten puts such a post into the repository and returns its file and its address.
func (f *fixture) handWritten() (file, post string) {
	f.t.Helper()
	file = "content/posts/by-hand.md"
	f.edit("By hand", func(dir string) {
		if err := os.WriteFile(filepath.Join(dir, file), []byte(handWritten), 0o600); err != nil {
			f.t.Fatal(err)
		}
	})
	f.fetch()
	return file, "https://example.org/2026/01/by-hand/"
}

func (b *chromium) editsByHand(t *testing.T) {
	f, w := b.writer(t)
	file, post := f.handWritten()
	w.open(f.config.URL + "/posts/edit?url=" + post)
	w.fill("#f-name", "High tide")
	w.photograph("editor-by-hand")
	w.press("Save")
	w.sees("Saved.")
	f.awaitPush()
	if got, want := f.remoteFile(file), strings.Replace(handWritten, "Low tide", "High tide", 1); got != want {
		t.Errorf("the file is\n%q\nwant\n%q", got, want)
	}
}

func (b *chromium) schedules(t *testing.T) {
	f, w := b.writer(t)
	w.open(f.config.URL + "/posts/new?type=note")
	w.types("#f-content", "Happy new year")
	w.click("form.editor > details:last-of-type > summary")
	to := time.Now().AddDate(1, 0, 0).Format("2006-01-02T15:04")
	w.do(chromedp.SetValue(chromedp.CSS("#f-published"), to))
	w.photograph("editor-schedule")
	w.press("Publish")
	w.sees("Saved.")
	w.awaits(`document.querySelector(".state-scheduled")?.textContent === "scheduled"`)
	w.photograph("posts-scheduled")
	f.awaitPush()
	if text := f.remoteFile(f.newFile()); !strings.Contains(text, to[:10]) {
		t.Errorf("the file is\n%s", text)
	}
}

// meetsAnotherEdit saves a text that somebody else has changed meanwhile, with both texts in view, and merges them.
func (b *chromium) meetsAnotherEdit(t *testing.T) {
	f, w := b.writer(t)
	file, post := f.handWritten()
	w.open(f.config.URL + "/posts/edit?url=" + post)
	w.fill("#f-content", "My text.")
	f.edit("Meanwhile", func(dir string) {
		text := strings.Replace(strings.Replace(handWritten, "Last.", "Their end.", 1), "sea", "ocean", 1)
		if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	})
	w.press("Save")
	w.sees("The post was changed elsewhere while you edited it.")
	w.awaits(`document.querySelector("#f-content").value.trim() === "My text."`)
	w.awaits(`document.querySelector("form.editor .note pre").textContent.includes("Their end.")`)
	w.awaits(`document.querySelector("#f-category").value.includes("ocean")`)
	w.photograph("editor-conflict")
	w.fill("#f-content", "My text. Their end.")
	w.press("Save")
	w.sees("Saved.")
	f.awaitPush()
	text := f.remoteFile(file)
	for _, want := range []string{"My text. Their end.\n", "title:   'Low tide'   # odd on purpose\n", "ocean",
		"mood: &m { a: 1 }\n"} {
		if !strings.Contains(text, want) {
			t.Errorf("the file lacks %q:\n%s", want, text)
		}
	}
}

// usesKeysAlone signs in, writes a note, deletes it and brings it back with Tab, Enter and Space.
func (b *chromium) usesKeysAlone(t *testing.T) {
	f := serve(t, "hugo", func(c *settings) { c.URL = localhost }).owned()
	w := b.tab(t)
	w.open(f.config.URL + "/signin")
	w.tabTo("#password")
	w.key(ownersPassword + kb.Enter)
	w.arrives("/")
	w.tabTo(`.heading a`)
	w.key(kb.Enter)
	w.arrives("/posts/new")
	w.tabTo("#f-content")
	w.key("By keys alone")
	w.tabTo(`.types a[aria-current]`) // past the end of the page and around: nothing holds the focus
	w.tabTo(`button[value=publish]`)
	w.key(" ")
	w.sees("Saved.")
	w.arrives("/")
	w.tabTo(`button[aria-label="Unpublish By keys alone"]`)
	w.key(" ")
	w.sees("It is a draft again.")
	w.tabTo(`button[aria-label="Publish By keys alone"]`)
	w.key(kb.Enter)
	w.sees("Published.")
	w.tabTo(`button[aria-label="Delete By keys alone"]`)
	w.key(" ")
	w.sees("Deleted.")
	w.tabTo(`form[action="/posts/restore"] button`)
	w.key(kb.Enter)
	w.sees("The post is back.")
	w.sees("By keys alone")
}

// key presses keys.
func (w *tab) key(keys string) {
	w.t.Helper()
	w.do(chromedp.KeyEvent(keys))
}

// tabTo presses Tab until an element has the focus, which must be seen wherever it is on the way.
func (w *tab) tabTo(selector string) {
	w.t.Helper()
	const look = `(() => {
		const e = document.activeElement;
		const s = getComputedStyle(e);
		const outlined = s.outlineStyle !== "none" && parseFloat(s.outlineWidth) > 0;
		const seen = e === document.body || outlined && e.getClientRects().length > 0;
		return JSON.stringify({ there: e.matches(%), seen, is: e.outerHTML.slice(0, 120) });
	})()`
	for range 150 {
		w.key(kb.Tab)
		var at struct {
			There, Seen bool
			Is          string
		}
		if err := json.Unmarshal([]byte(ask[string](w, strings.Replace(look, "%", strconv.Quote(selector), 1))),
			&at); err != nil {
			w.t.Fatal(err)
		}
		if !at.Seen {
			w.t.Errorf("the focus is not seen on %s", at.Is)
		}
		if at.There {
			return
		}
	}
	w.t.Fatalf("Tab does not lead to %s\n%s", selector, w.page())
}

// typesAtOnce counts what happens while a key is pressed in a long text: nothing reads the text then, so that
// its length does not matter.
func (b *chromium) typesAtOnce(t *testing.T) {
	f, w := b.writer(t)
	w.open(f.config.URL + "/posts/new?type=note")
	ask[bool](w, `(() => {
		const value = Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value");
		window.reads = window.keys = 0;
		let typing = false;
		content.value = "A long text. ".repeat(50000);
		Object.defineProperty(content, "value", { set(v) { value.set.call(this, v); }, get() { if (typing) reads++; return value.get.call(this); } });
		for (const name of ["keydown", "beforeinput", "input", "keyup"]) {
			addEventListener(name, () => { typing = true; if (name === "input") keys++; }, true);
			addEventListener(name, () => { typing = false; });
		}
		content.focus();
		return true;
	})()`)
	w.key("abcde")
	if reads, keys := ask[int](w, "reads"), ask[int](w, "keys"); reads != 0 || keys != 5 {
		t.Errorf("%d keys read the text %d times", keys, reads)
	}
	ask[bool](w, `content.addEventListener("input", () => content.value.length) === undefined`)
	w.key("f")
	if reads := ask[int](w, "reads"); reads != 1 {
		t.Errorf("a handler that reads the text is counted %d times", reads)
	}
}
