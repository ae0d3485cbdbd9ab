package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// killSpan bounds the random time between the last awaited answer and the kill: about as long
// as a commit and its push take together.
const killSpan = 40 * time.Millisecond

// TestStressKilledServerLosesNoAnsweredPost kills the real program again and again while four
// clients post. GITPOST_STRESS=N makes min(200, N/10) rounds; GITPOST_STRESS_SEED repeats the
// choices of a failed run.
func TestStressKilledServerLosesNoAnsweredPost(t *testing.T) {
	t.Parallel()
	onlyInAll(t, "kills servers for a while", "GITPOST_STRESS")
	rounds, seed := 4, rand.Uint64()
	if n, _ := strconv.Atoi(os.Getenv("GITPOST_STRESS")); n > 0 {
		rounds = min(200, max(4, n/10))
	}
	if s, err := strconv.ParseUint(os.Getenv("GITPOST_STRESS_SEED"), 10, 64); err == nil {
		seed = s
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("this was GITPOST_STRESS_SEED=%d", seed)
		}
	})
	k := newKilling(t)
	random := rand.New(rand.NewPCG(seed, 3))
	for round := range rounds {
		answers := random.IntN(40) // 0: killed while it starts
		k.round(round, answers, rand.N(killSpan))
		k.fsck(len(k.answered) > 0)
		if t.Failed() {
			return
		}
		if round%10 == 9 {
			k.settle()
		}
	}
	k.settle()
	k.fsck(len(k.answered) > 0)
	t.Logf("%d rounds: %d posts answered with 201, %d on the remote; %d rounds ended before the server answered; fsck was asked anew %d times",
		rounds, len(k.answered), k.onRemote, k.unanswered, k.fsckAgain)
}

// killing is what the clients of a server were told that is killed.
type killing struct {
	*rig
	token string

	mu       sync.Mutex        // guards answered and unread
	answered map[string]string // the text of each post answered with 201 → its Location
	unread   []string          // texts not read back yet

	onRemote, unanswered int
}

func newKilling(t *testing.T) *killing {
	k := &killing{rig: newRig(t), answered: make(map[string]string)}
	k.configure("repo: remote.git", "push_wait: 5ms")
	k.token = strings.TrimSpace(k.run(k.program, "token", "create", "--scope", "create"))
	return k
}

// round starts the server, reads back what the last round was told, posts with four clients,
// and kills the server some time after so many answers.
func (k *killing) round(round, answers int, later time.Duration) {
	k.t.Helper()
	p := k.start()
	if answers == 0 {
		k.unanswered++
		<-time.After(later * 4) // a random moment of its start; nothing is waited for
		p.kill()
		return
	}
	k.await(p, "/healthz", anything)
	k.readBack(p)
	enough, killed := make(chan struct{}), make(chan struct{})
	answer := make(chan struct{})
	go func() {
		for n := 0; ; {
			select {
			case <-answer:
				if n++; n == answers {
					close(enough)
				}
			case <-killed:
				return
			}
		}
	}()
	var clients sync.WaitGroup
	for client := range 4 {
		clients.Go(func() {
			for i := 0; ; i++ {
				err := k.post(fmt.Sprintf("Text %d.%d.%d. Four clients post at once.", round, client, i))
				if err != nil {
					select {
					case <-p.ended: // the connection broke because of it
					case <-time.After(patience):
						k.t.Errorf("round %d: %v", round, err)
					}
					return
				}
				select {
				case <-killed:
					return
				case answer <- struct{}{}:
				}
			}
		})
	}
	select {
	case <-enough:
	case <-p.ended:
	case <-time.After(patience):
		k.t.Errorf("round %d: %d answers did not come", round, answers)
	}
	<-time.After(later) // chooses the moment of the kill; nothing is waited for
	p.kill()
	if state := p.command.ProcessState; state.Exited() {
		k.t.Errorf("round %d: the server ended by itself: %s", round, state)
	}
	close(killed)
	clients.Wait()
	if k.t.Failed() {
		k.t.Logf("the server of round %d said:\n%s", round, p.output())
	}
}

// post posts a note. The status counts, even when the rest of the answer is cut off.
func (k *killing) post(text string) error {
	r, err := http.NewRequest(http.MethodPost, "http://"+k.address+"/micropub",
		strings.NewReader(url.Values{"h": {"entry"}, "content": {text}}.Encode()))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Authorization", "Bearer "+k.token)
	answer, err := k.client.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	var body bytes.Buffer
	_, cut := body.ReadFrom(answer.Body)
	if answer.StatusCode != http.StatusCreated {
		k.t.Errorf("%q is answered with %s\n%s", text, answer.Status, body.String())
		return fmt.Errorf("%s", answer.Status)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.answered[text] = answer.Header.Get("Location")
	k.unread = append(k.unread, text)
	return cut
}

// readBack asks the server for each post that was answered since it was last asked.
func (k *killing) readBack(p *process) {
	k.t.Helper()
	for _, text := range k.unread {
		location := k.answered[text]
		r, err := http.NewRequest(http.MethodGet, "http://"+k.address+"/micropub?q=source&url="+url.QueryEscape(location),
			nil)
		if err != nil {
			k.t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+k.token)
		answer, err := k.client.Do(r)
		if err != nil {
			k.t.Fatal(err)
		}
		var source struct {
			Properties struct {
				Content []string `json:"content"`
			} `json:"properties"`
		}
		err = json.NewDecoder(answer.Body).Decode(&source)
		answer.Body.Close()
		if content := source.Properties.Content; err != nil || len(content) != 1 || content[0] != text {
			k.t.Errorf("%s was answered for %q; after the kill it is %s, %q, %v", location, text, answer.Status, content, err)
		}
	}
	k.unread = nil
	if k.t.Failed() {
		p.kill()
		k.t.FailNow()
	}
}

var (
	killText = regexp.MustCompile(`Text \d+\.\d+\.\d+\. Four clients post at once\.`)
	anything = regexp.MustCompile(``)
	pushed   = regexp.MustCompile(`"unpushed": *0\b`)
)

// settle lets the server push, and compares the remote with what was answered: all of it is
// there, each text in one file, each Location for one text.
func (k *killing) settle() {
	k.t.Helper()
	p := k.start()
	k.await(p, "/healthz", anything)
	k.readBack(p)
	k.await(p, "/readyz", pushed)
	p.kill()
	there := make(map[string]int)
	for _, text := range killText.FindAllString(k.run("git", "-C", "remote.git", "grep", "-h", "--fixed-strings",
		"Four clients post", "main"), -1) {
		there[text]++
		if there[text] > 1 {
			k.t.Errorf("%q is on the remote more than once", text)
		}
	}
	k.onRemote = len(there)
	told := make(map[string]string)
	for text, location := range k.answered {
		if there[text] == 0 {
			k.t.Errorf("%q was answered with %s and is not on the remote", text, location)
		}
		if other, taken := told[location]; taken || location == "" {
			k.t.Errorf("%q and %q were both answered with %q", text, other, location)
		}
		told[location] = text
	}
}
