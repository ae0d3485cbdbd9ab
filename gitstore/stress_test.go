package gitstore

import (
	"bufio"
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// stressSteps is GITPOST_STRESS; 0 when the short run is wanted.
func stressSteps() int {
	n, _ := strconv.Atoi(os.Getenv("GITPOST_STRESS"))
	return n
}

// TestStress runs random interleavings of everything against a model of what was
// acknowledged. GITPOST_STRESS=N makes N steps; GITPOST_STRESS_SEED replays a failure.
func TestStress(t *testing.T) {
	t.Parallel()
	steps, seeds := 40, []uint64{1, 2}
	if n := stressSteps(); n > 0 {
		steps, seeds = n, []uint64{rand.Uint64()}
	}
	if s, err := strconv.ParseUint(os.Getenv("GITPOST_STRESS_SEED"), 10, 64); err == nil {
		seeds = []uint64{s}
	}
	for _, seed := range seeds {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			m := &model{t: t, seed: seed, rand: rand.New(rand.NewPCG(seed, 1)), texts: make(map[string]string),
				mine: make(map[string]string)}
			m.run(steps)
			if t.Failed() {
				t.Logf("replay with GITPOST_STRESS=%d GITPOST_STRESS_SEED=%d; what happened:\n%s", steps, seed,
					strings.Join(m.story, "\n"))
			}
		})
	}
}

// model knows what was acknowledged. Every text is unique, so it can be looked for.
type model struct {
	t      *testing.T
	seed   uint64
	rand   *rand.Rand
	remote string
	store  *Store
	hand   *hand
	dir    string
	n      int
	down   bool // the remote is away
	closed bool // the hook declines

	texts map[string]string // acknowledged text → what wrote it; all must be findable at the end
	mine  map[string]string // path → text, of files that only the store writes
	both  []string          // paths that both sides write
	story []string
}

func (m *model) note(format string, args ...any) {
	m.story = append(m.story, fmt.Sprintf(format, args...))
}

func (m *model) text() string {
	m.n++
	return fmt.Sprintf("text %d of seed %d\n%s", m.n, m.seed, strings.Repeat("a line\n", m.rand.IntN(5)))
}

func (m *model) open() {
	s, err := Open(context.Background(),
		defaults(m.t, Config{Dir: m.dir, Remote: m.remote, PushDelay: time.Duration(m.rand.IntN(2)*20) * time.Millisecond}))
	if err != nil {
		m.t.Fatalf("seed %d: open: %v", m.seed, err)
	}
	m.store = s
}

func (m *model) run(steps int) {
	m.remote = remoteWith(m.t, map[string]string{"start.md": "start\n"})
	m.dir = filepath.Join(m.t.TempDir(), "clone")
	m.hand = checkout(m.t, m.remote)
	for i := range 6 {
		m.both = append(m.both, fmt.Sprintf("both/%d.md", i))
	}
	m.open()
	for range steps {
		if m.t.Failed() {
			break
		}
		switch k := m.rand.IntN(100); {
		case k < 35:
			m.creates(1 + m.rand.IntN(6))
		case k < 50:
			m.update()
		case k < 56:
			m.remove()
		case k < 72:
			m.handPush()
		case k < 80:
			m.sync()
		case k < 88:
			m.outage()
		case k < 93:
			m.decline()
		case k < 97:
			m.reopen()
		default:
			m.join()
		}
		m.check()
	}
	m.settle()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	_ = m.store.Close(ctx)
}

// update commits through the store and notes what was acknowledged.
func (m *model) commit(message string, files map[string]string) bool {
	_, err := m.store.Update(context.Background(), edits(message, files))
	if err != nil {
		m.t.Errorf("seed %d: %s: %v", m.seed, message, err)
		return false
	}
	return true
}

func (m *model) creates(n int) {
	files := make(map[string]string)
	for range n {
		m.n++
		files[fmt.Sprintf("posts/%d/%d.md", m.n%7, m.n)] = m.text()
	}
	m.note("create %d", n)
	var wg sync.WaitGroup
	for path, text := range files {
		wg.Go(func() { m.commit("create "+path, map[string]string{path: text}) })
	}
	wg.Wait()
	maps.Copy(m.mine, files)
	for path, text := range files {
		m.texts[text] = path
	}
}

func (m *model) update() {
	path, text := m.both[m.rand.IntN(len(m.both))], m.text()
	if own := slices.Sorted(maps.Keys(m.mine)); len(own) > 0 && m.rand.IntN(2) == 0 {
		path = own[m.rand.IntN(len(own))]
		m.mine[path] = text
	}
	m.note("update %s: %q", path, text)
	if m.commit("update "+path, map[string]string{path: text}) {
		m.texts[text] = path
	}
}

func (m *model) remove() {
	path := m.both[m.rand.IntN(len(m.both))]
	if own := slices.Sorted(maps.Keys(m.mine)); len(own) > 0 && m.rand.IntN(2) == 0 {
		path = own[m.rand.IntN(len(own))]
		delete(m.mine, path)
	}
	m.note("remove %s", path)
	m.commit("remove "+path, map[string]string{path: ""})
}

func (m *model) handPush() {
	if m.down || m.closed {
		return
	}
	m.hand.git("fetch", "-q", "origin", "main")
	m.hand.git("reset", "-q", "--hard", "origin/main")
	files := map[string]string{}
	for range 1 + m.rand.IntN(3) {
		text := m.text()
		path := m.both[m.rand.IntN(len(m.both))]
		switch m.rand.IntN(4) {
		case 0:
			m.n++
			path = fmt.Sprintf("hand/%d.md", m.n)
		case 1:
			if _, err := os.Stat(filepath.Join(m.hand.dir, path)); err == nil {
				text = ""
			}
		case 2:
			if old, err := os.ReadFile(filepath.Join(m.hand.dir, path)); err == nil {
				m.n++
				files[path] = ""
				path, text = fmt.Sprintf("moved/%d.md", m.n), string(old)
			}
		}
		files[path] = text
	}
	m.note("hand %v", files)
	m.hand.commit(files, "by hand")
	if _, err := tryGit(m.t, m.hand.dir, "push", "-q", "origin", "HEAD:refs/heads/main"); err != nil {
		m.note("hand's push lost the race")
		return
	}
	for path, text := range files {
		if text != "" {
			m.texts[text] = "hand " + path
		}
	}
}

func (m *model) sync() {
	m.note("sync")
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := m.store.Sync(ctx); err != nil && !m.down && !m.closed {
		m.t.Errorf("seed %d: sync: %v", m.seed, err)
	}
}

func (m *model) outage() {
	m.note("outage %v", !m.down)
	from, to := m.remote, m.remote+".away"
	if m.down {
		from, to = to, from
	}
	if err := os.Rename(from, to); err != nil {
		m.t.Fatal(err)
	}
	m.down = !m.down
}

func (m *model) decline() {
	if m.down {
		return
	}
	m.note("decline %v", !m.closed)
	if m.closed {
		unhook(m.t, m.remote, "pre-receive")
	} else {
		hook(m.t, m.remote, "pre-receive", "exit 1")
	}
	m.closed = !m.closed
}

// reopen closes without a last push and leaves behind what a killed store might.
func (m *model) reopen() {
	m.note("reopen")
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	_ = m.store.Close(ended)
	r := m.store.refs
	if err := os.WriteFile(r.Own(m.store.head()), []byte("half"), 0o644); err != nil {
		m.t.Fatal(err)
	}
	if err := os.Link(r.Own(m.store.head()), r.Path(m.store.head())+".lock"); err != nil {
		m.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(m.dir, "objects", "pack", "tmp_gitstore_"+"1.pack"), []byte("PACK"),
		0o644); err != nil {
		m.t.Fatal(err)
	}
	m.open()
}

func (m *model) join() {
	m.note("join packs")
	if err := m.store.db.Join(4, nil); err != nil {
		m.t.Errorf("seed %d: join: %v", m.seed, err)
	}
}

// check: what only the store writes is in the newest snapshot.
func (m *model) check() {
	at := m.store.Snapshot()
	for path, text := range m.mine {
		if got, err := at.ReadFile(path); err != nil || string(got) != text {
			m.t.Errorf("seed %d: %s is %q (%v), acknowledged was %q", m.seed, path, got, err, text)
			return
		}
	}
}

func (m *model) settle() {
	if m.down {
		m.outage()
	}
	if m.closed {
		m.decline()
	}
	for i := 0; ; i++ {
		m.sync()
		if m.store.Status().Unpushed == 0 {
			break
		}
		if i > 20 {
			m.t.Errorf("seed %d: never in step: %+v", m.seed, m.store.Status())
			break
		}
	}
	m.check()
	if tip := runGit(m.t, m.remote, "rev-parse", "main"); tip != string(m.store.Snapshot().Commit()) {
		m.t.Errorf("seed %d: the remote has %s, the store %s", m.seed, tip, m.store.Snapshot().Commit())
	}
	objects := runGit(m.t, m.remote, "rev-list", "--objects", "main")
	// A text that the host refused, and that was replaced before it could go out, is kept here alone. The
	// newest text of a path is no such text.
	refused := runGit(m.t, m.dir, "rev-list", "--objects", "--glob=refs/gitstore/refused/*")
	for text, path := range m.texts {
		replaced := m.mine[path] != text && strings.Contains(refused, blobName(text))
		if !strings.Contains(objects, blobName(text)) && !replaced {
			m.t.Errorf("seed %d: the text of %s is lost: %q", m.seed, path, text)
		}
	}
	fsck(m.t, m.remote)
	fsck(m.t, m.dir)
}

func TestMain(m *testing.M) {
	spareGit()
	if dir := os.Getenv("GITSTORE_KILL_DIR"); dir != "" {
		killMe(dir, os.Getenv("GITSTORE_KILL_REMOTE"), os.Getenv("GITSTORE_KILL_ROUND"))
		return
	}
	if dir := os.Getenv("GITSTORE_RESIDENT_DIR"); dir != "" {
		if err := commitAndTellMemory(dir, os.Getenv("GITSTORE_RESIDENT_REMOTE"),
			os.Getenv("GITSTORE_RESIDENT_LAYOUT")); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// killMe posts with four clients and says what was acknowledged, until it is killed.
func killMe(dir, remote, round string) {
	s, err := Open(context.Background(), Config{Dir: dir, Remote: remote, AuthorName: "Phone",
		AuthorEmail: "p@example.org"})
	if err != nil {
		fmt.Println("error", err)
		return
	}
	var out sync.Mutex
	for client := range 4 {
		go func() {
			for i := 0; ; i++ {
				path := fmt.Sprintf("%s/%d/%d.md", round, client, i)
				_, err := s.Update(context.Background(), edits("post "+path, map[string]string{path: path}))
				out.Lock()
				if err != nil {
					fmt.Println("error", err)
				} else {
					fmt.Println("ack", path)
				}
				out.Unlock()
			}
		}()
	}
	select {}
}

// TestKilledStoreLosesNothingAcknowledged kills a process that commits, again and again.
func TestKilledStoreLosesNothingAcknowledged(t *testing.T) {
	t.Parallel()
	rounds := 4
	if n := stressSteps(); n > 0 {
		rounds = min(200, max(4, n/10))
	}
	remote := remoteWith(t, map[string]string{"a.md": "a\n"})
	dir := filepath.Join(t.TempDir(), "clone")
	t.Cleanup(func() { // the Git that a killed store was pushing to may still be at work
		await(t, "Git ends in the remote", func() bool {
			under, err := filepath.Glob(filepath.Join(remote, "objects", "tmp_objdir-*"))
			return err == nil && len(under) == 0
		})
	})
	seed := rand.Uint64()
	random := rand.New(rand.NewPCG(seed, 2))
	acked := make(map[string]bool)
	for round := range rounds {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(gitEnv(), "GITSTORE_KILL_DIR="+dir, "GITSTORE_KILL_REMOTE="+remote,
			fmt.Sprint("GITSTORE_KILL_ROUND=", round))
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		life := time.AfterFunc(time.Duration(20+random.IntN(400))*time.Millisecond, func() { _ = cmd.Process.Kill() })
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			word, rest, _ := strings.Cut(lines.Text(), " ")
			if word != "ack" {
				t.Errorf("round %d: %s", round, lines.Text())
				_ = cmd.Process.Kill()
				break
			}
			acked[rest] = true
		}
		_ = cmd.Wait()
		life.Stop()
		at, err := OpenReader(dir)
		if err != nil {
			if len(acked) > 0 {
				t.Fatalf("round %d: %v", round, err)
			}
			continue // killed before the clone was made
		}
		for path := range acked {
			if got, err := at.ReadFile(path); err != nil || string(got) != path {
				t.Errorf("round %d: acknowledged %s is %q, %v", round, path, got, err)
			}
		}
		fsck(t, dir)
		// The receive-pack of a killed process goes on by itself, and while it moves a push's
		// objects to their place, fsck sees some and not others. What is really missing stays so.
		await(t, "fsck has nothing against the remote", func() bool { return complaint(t, remote) == "" })
		if t.Failed() {
			return
		}
	}
	s := open(t, Config{Dir: dir, Remote: remote})
	synced(t, s)
	if left, _ := filepath.Glob(filepath.Join(dir, "objects", "pack", "tmp_gitstore_"+"*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	files := runGit(t, remote, "ls-tree", "-r", "--name-only", "main")
	there := make(map[string]bool)
	for name := range strings.SplitSeq(files, "\n") {
		there[name] = true
	}
	for path := range acked {
		if !there[path] {
			t.Errorf("%s never reached the remote", path)
		}
	}
	t.Logf("%d acknowledged in %d rounds", len(acked), rounds)
	fsck(t, dir)
	fsck(t, remote)
}
