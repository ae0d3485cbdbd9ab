package gitstore

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	gogit "github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/plumbing/object"
)

// benchRemote builds a bare repository of n posts with git fast-import: "ym" in year and
// month folders, "flat" in one.
func benchRemote(b testing.TB, layout string, n int) string {
	b.Helper()
	dir := filepath.Join(b.TempDir(), "remote.git")
	runGit(b, ".", "init", "-q", "--bare", "-b", "main", dir)
	cmd := exec.Command("git", "fast-import", "--quiet")
	cmd.Dir, cmd.Env = dir, gitEnv()
	in, err := cmd.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	var w strings.Builder
	w.WriteString("commit refs/heads/main\ncommitter Hand <hand@example.org> 1700000000 +0000\ndata 5\nstart\n")
	for i := range n {
		text := benchPost(i)
		fmt.Fprintf(&w, "M 100644 inline %s\ndata %d\n%s\n", benchPath(layout, i), len(text), text)
		if w.Len() > 1<<20 {
			if _, err := in.Write([]byte(w.String())); err != nil {
				b.Fatal(err)
			}
			w.Reset()
		}
	}
	if _, err := in.Write([]byte(w.String())); err != nil {
		b.Fatal(err)
	}
	in.Close()
	if err := cmd.Wait(); err != nil {
		b.Fatal(err)
	}
	return dir
}

func benchPath(layout string, i int) string {
	if layout == "flat" {
		return fmt.Sprintf("content/posts/a-post-with-number-%06d.md", i)
	}
	return fmt.Sprintf("content/posts/%d/%02d/a-post-with-number-%06d.md", 2000+i/12%25, i%12+1, i)
}

func benchPost(i int) string {
	return fmt.Sprintf("---\ntitle: \"Post %d\"\ndate: 2024-01-02T03:04:05Z\ntags: [one, two, three]\n---\n\n%s\n", i,
		strings.Repeat(fmt.Sprintf("Some words of post %d. ", i), 20))
}

type benchSize struct {
	layout string
	n      int
}

func benchSizes() []benchSize {
	sizes := []benchSize{{"ym", 1000}, {"ym", 10_000}, {"flat", 10_000}}
	if os.Getenv("GITPOST_BENCH_LARGE") == "1" {
		sizes = append(sizes, benchSize{"ym", 100_000})
	}
	return sizes
}

func benchStore(b *testing.B, remote string, delay time.Duration) *Store {
	b.Helper()
	s, err := Open(b.Context(), Config{Dir: filepath.Join(b.TempDir(), "clone"), Remote: remote, AuthorName: "Phone",
		AuthorEmail: "p@example.org", PushDelay: delay, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		ended, cancel := context.WithCancel(context.Background())
		cancel()
		_ = s.Close(ended)
	})
	return s
}

func median(d []time.Duration) float64 {
	slices.Sort(d)
	return float64(d[len(d)/2].Microseconds()) / 1000
}

// porcelain is one post by go-git's own work tree, which looks at every file of the site and
// writes without syncing.
func porcelain(b *testing.B, work, path, text string) time.Duration {
	b.Helper()
	full := filepath.Join(work, path)
	if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
		b.Fatal(err)
	}
	if err := os.WriteFile(full, []byte(text), 0o644); err != nil {
		b.Fatal(err)
	}
	start := time.Now()
	r, err := gogit.PlainOpen(work)
	if err != nil {
		b.Fatal(err)
	}
	w, err := r.Worktree()
	if err != nil {
		b.Fatal(err)
	}
	if _, err := w.Add(path); err != nil {
		b.Fatal(err)
	}
	who := &object.Signature{Name: "Phone", Email: "p@example.org", When: start}
	if _, err := w.Commit("post", &gogit.CommitOptions{Author: who}); err != nil {
		b.Fatal(err)
	}
	return time.Since(start)
}

// resident is the most memory, in MB, that a process of its own uses to open a clone and
// commit twenty posts to it; 0 where the system does not tell.
func resident(b *testing.B, dir, remote, layout string) float64 {
	b.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(gitEnv(), "GITSTORE_RESIDENT_DIR="+dir, "GITSTORE_RESIDENT_REMOTE="+remote,
		"GITSTORE_RESIDENT_LAYOUT="+layout)
	out, err := cmd.CombinedOutput()
	if err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	_, peak, _ := strings.Cut(string(out), "VmHWM:")
	var kilobytes float64
	_, _ = fmt.Sscan(peak, &kilobytes)
	return kilobytes / 1024
}

// commitAndTellMemory is what resident runs.
func commitAndTellMemory(dir, remote, layout string) error {
	s, err := Open(context.Background(), Config{Dir: dir, Remote: remote, AuthorName: "Phone",
		AuthorEmail: "p@example.org", PushDelay: time.Hour})
	if err != nil {
		return err
	}
	for i := range 20 {
		if _, err := s.Update(context.Background(),
			edits("post", map[string]string{benchPath(layout, 50_000_000+i): benchPost(i)})); err != nil {
			return err
		}
	}
	status, err := os.ReadFile("/proc/self/status")
	if err == nil {
		fmt.Println(string(status))
	}
	return nil
}

// BenchmarkCreate is one durable post, beside "git add" and "git commit" in a work tree of
// the same repository, and beside go-git's porcelain there, in the same run.
func BenchmarkCreate(b *testing.B) {
	for _, size := range benchSizes() {
		b.Run(fmt.Sprintf("%s-%d", size.layout, size.n), func(b *testing.B) {
			remote := benchRemote(b, size.layout, size.n)
			work := filepath.Join(b.TempDir(), "work")
			runGit(b, ".", "clone", "-q", remote, work)
			var cli []time.Duration
			for i := range 7 {
				path := benchPath(size.layout, size.n+i)
				full := filepath.Join(work, path)
				if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
					b.Fatal(err)
				}
				if err := os.WriteFile(full, []byte(benchPost(i)), 0o644); err != nil {
					b.Fatal(err)
				}
				start := time.Now()
				runGit(b, work, "add", path)
				runGit(b, work, "commit", "-q", "-m", "post")
				cli = append(cli, time.Since(start))
			}
			var library []time.Duration
			for i := range max(1, min(5, 50_000/size.n)) {
				library = append(library, porcelain(b, work, benchPath(size.layout, size.n+100+i), benchPost(i)))
			}
			s := benchStore(b, remote, time.Hour)
			var before, after runtime.MemStats
			var ours []time.Duration
			runtime.GC()
			runtime.ReadMemStats(&before)
			i := 0
			for b.Loop() {
				i++
				start := time.Now()
				_, err := s.Update(b.Context(), edits("post", map[string]string{benchPath(size.layout, 10*size.n+i): benchPost(i)}))
				if err != nil {
					b.Fatal(err)
				}
				ours = append(ours, time.Since(start))
			}
			runtime.ReadMemStats(&after)
			ended, cancel := context.WithCancel(b.Context())
			cancel()
			_ = s.Close(ended)
			git, store, gogit := median(cli), median(ours), median(library)
			b.ReportMetric(store, "ms/create")
			b.ReportMetric(git, "git-ms/create")
			b.ReportMetric(git/store, "times-faster")
			b.ReportMetric(gogit, "go-git-ms/create")
			b.ReportMetric(gogit/store, "times-faster-than-go-git")
			b.ReportMetric(resident(b, s.c.Dir, remote, size.layout), "MB-resident")
			b.ReportMetric(float64(after.Mallocs-before.Mallocs)/float64(i), "allocs/create")
			b.ReportMetric(float64(after.HeapAlloc)/(1<<20), "MB-heap")
		})
	}
}

// BenchmarkBurst is a hundred posts at once, beside one by one.
func BenchmarkBurst(b *testing.B) {
	remote := benchRemote(b, "ym", 10_000)
	s := benchStore(b, remote, time.Hour)
	n := 0
	one := func() {
		n++
		if _, err := s.Update(b.Context(),
			edits("post", map[string]string{benchPath("ym", 100_000+n): benchPost(n)})); err != nil {
			b.Fatal(err)
		}
	}
	var burst, single []time.Duration
	for b.Loop() {
		var wg sync.WaitGroup
		start := time.Now()
		for range 100 {
			n++
			path, text := benchPath("ym", 100_000+n), benchPost(n)
			wg.Go(func() {
				if _, err := s.Update(b.Context(), edits("post", map[string]string{path: text})); err != nil {
					b.Error(err)
				}
			})
		}
		wg.Wait()
		burst = append(burst, time.Since(start))
		start = time.Now()
		for range 10 {
			one()
		}
		single = append(single, time.Since(start))
	}
	atOnce, byOne := 100*1000/median(burst), 10*1000/median(single)
	b.ReportMetric(atOnce, "posts/s-burst")
	b.ReportMetric(byOne, "posts/s-single")
	b.ReportMetric(atOnce/byOne, "times-faster")
}

// BenchmarkPush is a push of one post over HTTP, beside "git push" to the same server.
func BenchmarkPush(b *testing.B) {
	for _, size := range benchSizes() {
		b.Run(fmt.Sprintf("%s-%d", size.layout, size.n), func(b *testing.B) {
			remote := benchRemote(b, size.layout, size.n)
			w := serveHTTP(b, remote, "", "")
			s := benchStore(b, w.repo(remote), 0)
			work := filepath.Join(b.TempDir(), "work")
			runGit(b, ".", "clone", "-q", w.repo(remote), work)
			var cli, ours []time.Duration
			i := 0
			for b.Loop() {
				i++
				c, err := s.Update(b.Context(), edits("post", map[string]string{benchPath(size.layout, 10*size.n+i): benchPost(i)}))
				if err != nil {
					b.Fatal(err)
				}
				start := time.Now()
				if p := s.WaitPushed(b.Context(), c); !p.Pushed {
					b.Fatal(p.Reason)
				}
				ours = append(ours, time.Since(start))
				runGit(b, work, "pull", "-q", "--ff-only")
				path := filepath.Join(work, benchPath(size.layout, 20*size.n+i))
				_ = os.MkdirAll(filepath.Dir(path), 0o755)
				if err := os.WriteFile(path, []byte(benchPost(i)), 0o644); err != nil {
					b.Fatal(err)
				}
				runGit(b, work, "add", path)
				runGit(b, work, "commit", "-q", "-m", "post")
				start = time.Now()
				runGit(b, work, "push", "-q")
				cli = append(cli, time.Since(start))
				if err := s.Sync(b.Context()); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(median(ours), "ms/push")
			b.ReportMetric(median(cli), "git-ms/push")
			b.ReportMetric(median(ours)/median(cli), "of-git")
		})
	}
}

// BenchmarkReadAll reads every post, beside "git cat-file --batch".
func BenchmarkReadAll(b *testing.B) {
	for _, size := range benchSizes() {
		if size.layout == "flat" {
			continue
		}
		b.Run(fmt.Sprint(size.n), func(b *testing.B) {
			remote := benchRemote(b, size.layout, size.n)
			s := benchStore(b, remote, time.Hour)
			cmd := exec.Command("sh", "-c", "git ls-tree -r main | cut -c13-52 | git cat-file --batch >/dev/null")
			cmd.Dir, cmd.Env = remote, gitEnv()
			start := time.Now()
			if out, err := cmd.CombinedOutput(); err != nil {
				b.Fatalf("%v %s", err, out)
			}
			cli := time.Since(start)
			var ours []time.Duration
			for b.Loop() {
				start := time.Now()
				r, err := OpenReader(s.c.Dir)
				if err != nil {
					b.Fatal(err)
				}
				var blobs []Hash
				if err := r.Walk(func(_ string, h Hash) error { blobs = append(blobs, h); return nil }); err != nil {
					b.Fatal(err)
				}
				if err := r.ReadBlobs(b.Context(), blobs, func(int, []byte) error { return nil }); err != nil {
					b.Fatal(err)
				}
				ours = append(ours, time.Since(start))
			}
			b.ReportMetric(median(ours), "ms/read-all")
			b.ReportMetric(float64(cli.Milliseconds()), "git-ms/read-all")
		})
	}
}
