package bridge_test

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"gitpost/bridge/outbound"
)

// chromium is the one browser of all tests, which ends with the last of them.
type chromium struct {
	run   context.Context
	width int64 // of new windows, in CSS pixels
}

// phone and desk are the widths of windows.
const phone, desk = 390, 1280

// at is the same browser with windows of another width.
func (b *chromium) at(width int64) *chromium { return &chromium{b.run, width} }

// startChromium starts Debian's browser. In it every name below .example is this
// machine.
func startChromium(t *testing.T) *chromium {
	t.Helper()
	browser := program(t, "chromium", "chromium", "chromium-browser", "google-chrome")
	outbound.AllowLoopback()
	allocator, stop := chromedp.NewExecAllocator(context.Background(), append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(browser), chromedp.NoSandbox, chromedp.Flag("host-resolver-rules", "MAP *.example 127.0.0.1"),
		chromedp.WSURLReadTimeout(time.Minute))...)
	run, end := chromedp.NewContext(allocator)
	t.Cleanup(func() { end(); stop() })
	if err := chromedp.Do(run); err != nil {
		t.Fatalf("chromium does not start: %v", err)
	}
	return &chromium{run, phone}
}

// tab is a window of its own, with cookies of its own.
type tab struct {
	t     *testing.T
	run   context.Context
	width int64
}

func (b *chromium) tab(t *testing.T) *tab {
	t.Helper()
	run, end := chromedp.NewContext(b.run, chromedp.WithNewBrowserContext())
	t.Cleanup(end)
	if err := chromedp.Do(run); err != nil { // the window lives as long as the context of the first call
		t.Fatalf("chromium opens no window: %v", err)
	}
	w := &tab{t, run, b.width}
	w.resize(b.width)
	return w
}

// resize gives the window the size of a phone or of a desk.
func (w *tab) resize(width int64) {
	w.t.Helper()
	if width == phone {
		w.do(chromedp.EmulateViewport(phone, 844, chromedp.EmulateScale(2)))
		return
	}
	w.do(chromedp.EmulateViewport(width, 900))
}

// within limits one action.
func (w *tab) within() (context.Context, context.CancelFunc) {
	return context.WithTimeout(w.run, 2*time.Minute)
}

func (w *tab) do(actions ...chromedp.Action[chromedp.Void]) {
	w.t.Helper()
	ctx, cancel := w.within()
	defer cancel()
	if err := chromedp.Do(ctx, actions...); err != nil {
		w.t.Fatalf("the browser: %v\n%s", err, w.page())
	}
}

// page is what the window shows, for failures.
func (w *tab) page() string {
	ctx, cancel := context.WithTimeout(w.run, 5*time.Second)
	defer cancel()
	text, err := chromedp.Run(ctx,
		chromedp.Evaluate[string](`location.href + "\n" + (document.body ? document.body.innerText : "")`))
	if err != nil {
		return err.Error()
	}
	return text
}

// ask is the value of an expression in the page.
func ask[T any](w *tab, expression string) T {
	w.t.Helper()
	ctx, cancel := w.within()
	defer cancel()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		w.t.Fatalf("the browser, asked for %s: %v\n%s", expression, err, w.page())
	}
	return v
}

func (w *tab) open(address string) {
	w.t.Helper()
	w.do(chromedp.Navigate(address))
}

// fill types into a field.
func (w *tab) fill(selector, text string) {
	w.t.Helper()
	w.do(chromedp.Clear(chromedp.CSS(selector)), chromedp.SendKeys(chromedp.CSS(selector), text))
}

func (w *tab) click(selector string) {
	w.t.Helper()
	w.do(chromedp.Click(chromedp.CSS(selector), chromedp.NodeVisible))
}

// press is click for a button or a link by its words.
func (w *tab) press(words string) {
	w.t.Helper()
	w.do(chromedp.Click(chromedp.Search(`//*[(self::button or self::a) and normalize-space()="`+words+`"]`),
		chromedp.NodeVisible))
}

// sees waits until the page shows a text, whatever pages come before it.
func (w *tab) sees(text string) {
	w.t.Helper()
	w.awaits(`document.body.innerText.includes(` + strconv.Quote(text) + `)`)
}

// awaits waits until an expression is true in whatever page is there then.
func (w *tab) awaits(expression string) {
	w.t.Helper()
	ctx, cancel := w.within()
	defer cancel()
	again := time.NewTicker(25 * time.Millisecond)
	defer again.Stop()
	for {
		if is, err := chromedp.Run(ctx, chromedp.Evaluate[bool](expression)); err == nil && is {
			return
		}
		select {
		case <-ctx.Done():
			w.t.Fatalf("the browser does not come to %s\n%s", expression, w.page())
		case <-again.C:
		}
	}
}

// photograph keeps what the window shows, in both themes, on a phone and on a desk, in the folder that
// GITPOST_SCREENSHOTS names: for people to look at. Nothing may stand out at the sides.
func (w *tab) photograph(name string) {
	w.t.Helper()
	if wide := ask[float64](w, `document.documentElement.scrollWidth`); wide > float64(w.width) {
		w.t.Errorf("the page %s is %v wide in a window of %d", name, wide, w.width)
	}
	folder := os.Getenv("GITPOST_SCREENSHOTS")
	if folder == "" || w.width != phone {
		return
	}
	w.photographInto(folder, name)
	w.resize(desk)
	w.photographInto(folder, name+"-wide")
	w.resize(phone)
}

func (w *tab) photographInto(folder, name string) {
	w.t.Helper()
	ctx, cancel := w.within()
	defer cancel()
	for _, theme := range []string{"light", "dark"} {
		_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: theme}},
		})
		var png []byte
		if err == nil {
			png, err = chromedp.Run(ctx, chromedp.FullScreenshot(100))
		}
		if err == nil {
			err = os.WriteFile(filepath.Join(folder, name+"-"+theme+".png"), png, 0o600)
		}
		if err != nil {
			w.t.Fatalf("photograph %s: %v", name, err)
		}
	}
}

// named runs a web server and gives its address by name: http://app.example:4711. The browser,
// gitpost and namedClient find the name at this machine.
func named(t *testing.T, name string, h http.Handler) string {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	at, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	address := net.JoinHostPort(name, at.Port())
	outbound.Pretend(map[string]string{address: at.Host})
	return "http://" + address
}

// namedClient reaches the web servers of named.
var namedClient = &http.Client{Transport: namedTransport}

var namedTransport = &http.Transport{DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
	if host, port, err := net.SplitHostPort(address); err == nil && strings.HasSuffix(host, ".example") {
		address = net.JoinHostPort("127.0.0.1", port)
	}
	var d net.Dialer
	return d.DialContext(ctx, network, address)
}}
