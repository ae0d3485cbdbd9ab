package catalog

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"gitpost/bridge/address"
)

// TestPastInLayersIsOnePast remembers random changes one by one, and compares with a plain map of
// the newest ones.
func TestPastInLayersIsOnePast(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	c := New(openSite)
	want := map[string]Gone{}
	for step := range 500 {
		p := NewPast()
		for range random.IntN(3) {
			url := fmt.Sprintf("https://example.org/%d/", random.IntN(80))
			g := Gone{Path: fmt.Sprintf("%d.md", random.IntN(80)), Ref: fmt.Sprint(step)}
			if _, ok := p.Gone(url); !ok { // of one past the first entry counts
				want[url] = g
			}
			p.Deleted(url, g)
		}
		c.Remember(fmt.Sprint(step), p, false)
	}
	layers := 0
	for p := c.past; p != nil; p = p.older {
		layers++
	}
	if layers > 10 {
		t.Errorf("there are %d layers", layers)
	}
	restored := readPast(&reader{rest: string(c.past.append(nil))})
	for i := range 80 {
		url := fmt.Sprintf("https://example.org/%d/", i)
		wanted, deleted := want[url]
		for name, p := range map[string]*Past{"in layers": c.past, "saved and read": restored} {
			if got, ok := p.Gone(url); ok != deleted || got != wanted {
				t.Errorf("%s, %s: %v %v, want %v %v", url, name, got, ok, wanted, deleted)
			}
		}
	}
}

// TestPastIsNotCopiedForEachChange counts how often entries are copied.
func TestPastIsNotCopiedForEachChange(t *testing.T) {
	const changes = 4096
	c := New(openSite)
	copied := 0
	for i := range changes {
		before := sizes(c.past)
		p := NewPast()
		p.Deleted(fmt.Sprintf("https://example.org/%d/", i), Gone{Path: fmt.Sprintf("%d.md", i)})
		c.Remember(fmt.Sprint(i), p, false)
		for older := range before {
			if !sizes(c.past)[older] {
				copied += older.size()
			}
		}
	}
	if limit := changes * 14; copied > limit {
		t.Errorf("%d changes copied %d entries, want at most %d", changes, copied, limit)
	}
	for _, i := range []int{0, 1, changes / 2, changes - 1} {
		if g, ok := c.past.Gone(fmt.Sprintf("https://example.org/%d/", i)); !ok || g.Path != fmt.Sprintf("%d.md", i) {
			t.Errorf("change %d: %v, %v", i, g, ok)
		}
	}
}

func sizes(p *Past) map[*Past]bool {
	layers := map[*Past]bool{}
	for ; p != nil; p = p.older {
		layers[p] = true
	}
	return layers
}

// A view keeps the past that it was made with.
func TestRememberingChangesNoViewOfThePast(t *testing.T) {
	c := New(openSite)
	first := NewPast()
	first.Readdressed("https://example.org/a/", "a.md")
	c.Remember("1", first, false)
	held := c.past
	for i := range 20 {
		p := NewPast()
		p.Readdressed("https://example.org/a/", fmt.Sprintf("%d.md", i))
		c.Remember(fmt.Sprint(i), p, false)
	}
	yes := func(string) bool { return true }
	if path, _ := held.path(address.Of("https://example.org/a/"), yes); path != "a.md" {
		t.Errorf("the held past leads to %s", path)
	}
	if path, _ := c.past.path(address.Of("https://example.org/a/"), yes); path != "19.md" {
		t.Errorf("the current past leads to %s, want the newest", path)
	}
}
