package bridge_test

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// benchBlog is a Hugo site of so many posts: in folders by year and month, or all in one.
type benchBlog struct {
	flat  bool
	posts int
}

// benchBlogs are the blogs of benchmarks. GITPOST_BENCH_LARGE=1 adds those of a million posts.
func benchBlogs() []benchBlog {
	sizes := []int{1_000, 10_000, 100_000}
	if os.Getenv("GITPOST_BENCH_LARGE") == "1" {
		sizes = append(sizes, 1_000_000)
	}
	var blogs []benchBlog
	for _, n := range sizes {
		blogs = append(blogs, benchBlog{posts: n})
	}
	return append(blogs, benchBlog{flat: true, posts: 10_000}, benchBlog{flat: true, posts: 100_000})
}

func (g benchBlog) String() string {
	return fmt.Sprintf("%s=%d", map[bool]string{false: "posts", true: "flat"}[g.flat], g.posts)
}

// remote makes a bare repository of the blog for one benchmark.
func (g benchBlog) remote(tb testing.TB) string {
	tb.Helper()
	remote := filepath.Join(tb.TempDir(), "remote.git")
	copyBlog(tb, remote, g.String(), func(remote string) { g.make(tb, remote) })
	return remote
}

// copyBlog makes a bare repository: a copy of one in the folder that GITPOST_BENCH_BLOGS names, where
// it is kept for the next run, or anew.
func copyBlog(tb testing.TB, remote, name string, makeBlog func(remote string)) {
	tb.Helper()
	original := filepath.Join(cmp.Or(os.Getenv("GITPOST_BENCH_BLOGS"), tb.TempDir()), name+".git")
	if _, err := os.Stat(original); err != nil {
		makeBlog(original + ".new")
		if err := os.Rename(original+".new", original); err != nil {
			tb.Fatal(err)
		}
	}
	runGit(tb, "", nil, "clone", "--quiet", "--bare", "--local", original, remote)
}

func (g benchBlog) make(tb testing.TB, remote string) {
	tb.Helper()
	makeBlogOf(tb, remote, func(put func(path, text string)) {
		day := time.Date(2010, 1, 1, 9, 0, 0, 0, time.UTC)
		step := 14 * 365 * 24 * time.Hour / time.Duration(g.posts)
		for i := range g.posts {
			at, path := day.Add(time.Duration(i)*step), fmt.Sprintf("content/posts/post-%d.md", i)
			if !g.flat {
				path = fmt.Sprintf("content/posts/%d/%02d/post-%d.md", at.Year(), at.Month(), i)
			}
			put(path, fmt.Sprintf("---\ntitle: \"Post %d\"\ndate: %s\ntags:\n  - harbour\n  - tag%d\n---\n"+
				"Some words about the tide, number %d.\n", i, at.Format(time.RFC3339), i%50, i))
		}
	})
}

// byHand returns the path of a new post.
func (g benchBlog) byHand(n int) string {
	if g.flat {
		return fmt.Sprintf("content/posts/by-hand-%d.md", n)
	}
	return fmt.Sprintf("content/posts/2023/06/by-hand-%d.md", n)
}

// makeBlog makes a bare repository with a Hugo site of that many posts, in folders by year
// and month.
func makeBlog(tb testing.TB, remote string, posts int) {
	tb.Helper()
	benchBlog{posts: posts}.make(tb, remote)
}

// makeBlogOf makes a bare repository with a Hugo site of the files that write puts.
func makeBlogOf(tb testing.TB, remote string, write func(put func(path, text string))) {
	tb.Helper()
	runGit(tb, "", nil, "init", "--quiet", "--bare", "--initial-branch=main", remote)
	stream, in := io.Pipe()
	go func() { // ends when all is written; fast-import reads to the end or the test fails
		w := bufio.NewWriter(in)
		put := func(path, text string) {
			fmt.Fprintf(w, "M 100644 inline %s\ndata %d\n%s\n", path, len(text), text)
		}
		fmt.Fprintf(w, "commit refs/heads/main\ncommitter Hand <hand@blog.example> 1700000000 +0000\ndata 5\nPosts\n")
		put("hugo.toml", "baseURL = \"https://blog.example/\"\ntimeZone = \"UTC\"\n")
		write(put)
		in.CloseWithError(w.Flush())
	}()
	runGit(tb, remote, stream, "fast-import", "--quiet")
}
