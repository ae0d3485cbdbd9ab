package bridge_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"gitpost/bridge"
	"gitpost/bridge/config"
	"gitpost/bridge/state"
)

// BenchmarkCatalog measures the index of posts in a server that is a process of its own: how
// long it takes to open a site whose clone is there, from nothing (beside `git cat-file
// --batch` over the same blobs) and from the index that is kept; how long q=source takes over
// loopback HTTP, by URL and as lists of 20 with filters, and the other lists of which a site has
// many (places: every 25th post has one; 300 contacts; tags), beside /healthz, which does nothing;
// geo and contact also right after a commit, which is not timed; and what is resident after them,
// and at most while everything was read. Every time is the best of its runs, or the 95th of 100
// answers. On a machine that others use, cpu-x-git tells more than x-git: git uses one core,
// gitpost all. GITPOST_BENCH_LARGE=1 adds a million posts, whose making takes minutes.
func BenchmarkCatalog(b *testing.B) {
	sizes := []int{1_000, 100_000}
	if os.Getenv("GITPOST_BENCH_LARGE") == "1" {
		sizes = append(sizes, 1_000_000)
	}
	for _, posts := range sizes {
		b.Run(fmt.Sprintf("posts=%d", posts), func(b *testing.B) {
			folder := b.TempDir()
			remote := filepath.Join(folder, "remote.git")
			copyBlog(b, remote, fmt.Sprintf("words=%d", posts), func(remote string) { makeWordyBlog(b, remote, posts) })
			serveSite(b, folder).stop() // makes the clone
			clone, kept := filepath.Join(folder, "data", "repo.git"), filepath.Join(folder, "data", "repo.catalog")
			blobs := filepath.Join(folder, "blobs")
			shell(b, clone, "git ls-tree -r HEAD | cut -c13-52 >"+blobs)
			var git, gitCPU, nothing, nothingCPU, cache, resident, peak []float64
			var health, byURL, list, deep, rare, places, placesFresh, contacts, contactsFresh, tags []float64
			for b.Loop() {
				began := time.Now()
				used := shell(b, clone, "git cat-file --batch <"+blobs+" >/dev/null")
				git, gitCPU = append(git, milliseconds(time.Since(began))), append(gitCPU, milliseconds(used))
				if err := os.Remove(kept); err != nil {
					b.Fatal(err)
				}
				app := serveSite(b, folder)
				nothing, nothingCPU = append(nothing, app.opened), append(nothingCPU, app.cpu)
				peak = append(peak, status(app.pid, "VmHWM"))
				app.p95(func(int) string { return "/micropub?q=source&limit=20" })
				resident = append(resident, status(app.pid, "VmRSS"))
				app.stop()
				app = serveSite(b, folder)
				cache = append(cache, app.opened)
				health = append(health, app.p95(func(int) string { return "/healthz" }))
				byURL = append(byURL, app.p95(func(i int) string {
					return "/micropub?q=source&url=" + url.QueryEscape(wordyURL(rand.IntN(posts), posts))
				}))
				list = append(list, app.p95(func(i int) string {
					return "/micropub?q=source&limit=20&" + []string{
						"filter=TAG7", "filter=nowhere", "post-type=article&category=tag3", "property-name=Post+77", "exists[]=photo",
						"not-exists[]=photo&order=asc", "post-status=draft", "filter=post-5&offset=100",
					}[i%8]
				}))
				deep = append(deep, app.p95(func(i int) string {
					return fmt.Sprintf("/micropub?q=source&limit=20&offset=%d", posts-40-i) + []string{"", "&category=harbour"}[i%2]
				}))
				rare = append(rare, app.p95(func(int) string { return "/micropub?q=source&limit=20&category=rare" }))
				place := func(i int) string { return fmt.Sprintf("/micropub?q=geo&uri=geo:52.%d,4.%d", 10+i%80, 10+i%70) }
				contact := func(i int) string { return fmt.Sprintf("/micropub?q=contact&filter=person+%d", i%50) }
				fresh := func(ask func(int) string) func(int) string {
					return func(i int) string {
						app.create(fmt.Sprintf("Note %d before a question", i))
						return ask(i)
					}
				}
				places = append(places, app.p95(place))
				contacts = append(contacts, app.p95(contact))
				placesFresh = append(placesFresh, app.p95(fresh(place)))
				contactsFresh = append(contactsFresh, app.p95(fresh(contact)))
				tags = append(tags, app.p95(func(i int) string {
					return fmt.Sprintf("/micropub?q=category&filter=tag%d&limit=20", i%5)
				}))
				resident = append(resident, status(app.pid, "VmRSS"))
				app.stop()
			}
			b.ReportMetric(slices.Min(git), "git-cat-file-ms")
			b.ReportMetric(slices.Min(nothing), "from-nothing-ms")
			b.ReportMetric(slices.Min(nothing)/slices.Min(git), "x-git")
			b.ReportMetric(slices.Min(nothingCPU)/slices.Min(gitCPU), "cpu-x-git")
			b.ReportMetric(slices.Min(cache), "from-cache-ms")
			b.ReportMetric(slices.Min(health), "healthz-p95-ms")
			b.ReportMetric(slices.Min(byURL), "url-p95-ms")
			b.ReportMetric(slices.Min(list), "list-p95-ms")
			b.ReportMetric(slices.Min(deep), "deep-p95-ms")
			b.ReportMetric(slices.Min(rare), "rare-tag-p95-ms")
			b.ReportMetric(slices.Min(places), "geo-p95-ms")
			b.ReportMetric(slices.Min(placesFresh), "geo-after-commit-p95-ms")
			b.ReportMetric(slices.Min(contacts), "contact-p95-ms")
			b.ReportMetric(slices.Min(contactsFresh), "contact-after-commit-p95-ms")
			b.ReportMetric(slices.Min(tags), "category-p95-ms")
			b.ReportMetric(slices.Max(resident), "MB-resident")
			b.ReportMetric(slices.Max(peak), "MB-peak-from-nothing")
		})
	}
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// shell runs a command and tells the processor time that it took.
func shell(tb testing.TB, folder, command string) time.Duration {
	tb.Helper()
	c := exec.Command("sh", "-c", command)
	c.Dir = folder
	if out, err := c.CombinedOutput(); err != nil {
		tb.Fatalf("%s: %v\n%s", command, err, out)
	}
	return c.ProcessState.UserTime() + c.ProcessState.SystemTime()
}

// processorTime is what this process has used, in milliseconds; 0 where the system does not tell.
func processorTime() float64 {
	stat, err := os.ReadFile("/proc/self/stat")
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	var user, system float64
	fmt.Sscan(fields[11], &user)
	fmt.Sscan(fields[12], &system)
	return 10 * (user + system) // in hundredths of a second
}

// makeWordyBlog is makeBlog with posts as long as people write them: 30 to 700 words.
func makeWordyBlog(tb testing.TB, remote string, posts int) {
	tb.Helper()
	words := strings.Fields("the tide came in over a harbour wall and we walked back along quiet lanes where old boats wait for spring paint rope tar new planks coffee letters rain window light garden seeds notes read write small things that last river bridge train people talk about weather")
	random := rand.New(rand.NewPCG(1, 2))
	makeBlogOf(tb, remote, func(put func(path, text string)) {
		for i := range 300 {
			put(fmt.Sprintf("data/contacts/person-%d.yaml", i),
				fmt.Sprintf("name: Person %d\nnickname: person%d\nurl: https://person-%d.example/\n", i, i, i))
		}
		for i := range posts {
			var body bytes.Buffer
			for range 1 + random.IntN(min(8, 800_000/posts+1)) { // of a million posts one paragraph each
				for range 30 + random.IntN(60) {
					body.WriteString(words[random.IntN(len(words))] + " ")
				}
				body.WriteString("\n\n")
			}
			at, where := wordyDate(i, posts), ""
			if i%25 == 0 {
				where = fmt.Sprintf("location: \"geo:%.4f,%.4f;name=Quay %d\"\n", 52+random.Float64(), 4+random.Float64(), i)
			}
			rare := ""
			if i%(posts/4) == 7 {
				rare = "  - rare\n"
			}
			put(fmt.Sprintf("content/posts/%s/post-%d.md", at.Format("2006/01"), i), fmt.Sprintf(
				"---\ntitle: \"Post %d\"\ndate: %s\ntags:\n  - harbour\n  - tag%d\n%s---\n%s",
				i, at.Format(time.RFC3339), i%50, rare+where, body.String()))
		}
	})
}

func wordyDate(i, posts int) time.Time {
	return time.Date(2010, 1, 1, 9, 0, 0, 0,
		time.UTC).Add(time.Duration(i) * (14 * 365 * 24 * time.Hour / time.Duration(posts)))
}

func wordyURL(i, posts int) string {
	return fmt.Sprintf("https://blog.example/posts/%s/post-%d/", wordyDate(i, posts).Format("2006/01"), i)
}

// TestServeSite is no test: serveSite runs it in a process of its own.
func TestServeSite(t *testing.T) {
	folder := os.Getenv("GITPOST_TEST_SITE")
	if folder == "" {
		t.Skip("only for benchmarks that start it")
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	data := filepath.Join(folder, "data")
	c := config.Config{
		Server: config.Server{URL: "http://" + l.Addr().String(), Data: data, MediaMaxSize: 100_000_000, MediaMaxWidth: 2048,
			RateBadTokens: 120},
		Sites: []config.Site{{
			Dir: data, Me: "https://blog.example/", Repo: filepath.Join(folder, "remote.git"), AuthorName: "Ada",
			AuthorEmail: "ada@blog.example",
		}},
	}
	began, before := time.Now(), processorTime()
	server, err := bridge.Open(t.Context(), c, slog.New(slog.DiscardHandler), nil)
	if err != nil {
		t.Fatal(err)
	}
	opened, used := milliseconds(time.Since(began)), processorTime()-before
	db, err := state.Open(t.Context(), c.StateFile())
	if err != nil {
		t.Fatal(err)
	}
	token, err := db.CreateToken(t.Context(), state.Token{Scope: []string{"create", "read"}})
	db.Close()
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	fmt.Printf("\n%s %s %f %f\n", c.URL, token, opened, used)
	go func() {
		io.Copy(io.Discard, os.Stdin)
		stop()
	}()
	if err := server.Serve(ctx, l); err != nil {
		t.Fatal(err)
	}
}

// siteProcess is a server in a process of its own.
type siteProcess struct {
	benchApp
	pid    int
	opened float64 // milliseconds until it was ready to serve
	cpu    float64 // and milliseconds of processor time until then
	stop   func()
}

// serveSite serves folder/remote.git with the data in folder/data.
func serveSite(tb testing.TB, folder string) siteProcess {
	tb.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestServeSite$")
	cmd.Env = append(os.Environ(), "GITPOST_TEST_SITE="+folder)
	stdin, err := cmd.StdinPipe()
	if err != nil {
		tb.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		tb.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		tb.Fatal(err)
	}
	p := siteProcess{benchApp: benchApp{tb: tb}, pid: cmd.Process.Pid, stop: func() {
		stdin.Close()
		if err := cmd.Wait(); err != nil {
			tb.Errorf("the server did not end in order: %v", err)
		}
	}}
	if _, err := fmt.Fscan(stdout, &p.url, &p.token, &p.opened, &p.cpu); err != nil {
		p.stop()
		tb.Fatal(err)
	}
	return p
}

// p95 asks 100 times and gives the time in which 95 of the answers came.
func (p siteProcess) p95(path func(i int) string) float64 {
	p.tb.Helper()
	var took []float64
	for i := range 110 {
		question := path(i)
		r, err := http.NewRequest(http.MethodGet, p.url+question, nil)
		if err != nil {
			p.tb.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+p.token)
		began := time.Now()
		if status, text := p.do(r); status != http.StatusOK {
			p.tb.Fatalf("%s was answered %d\n%s", question, status, text)
		}
		if i >= 10 { // the first ones open connections and files
			took = append(took, milliseconds(time.Since(began)))
		}
	}
	slices.Sort(took)
	return took[94]
}
