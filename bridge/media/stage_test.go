package media

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/iotest"

	"gitpost/bridge/fault"
)

func TestEveryKindIsRecognizedByItsContent(t *testing.T) {
	s := open(t, Config{})
	for _, c := range []struct {
		sample, mime, extension string
		width, height           int
	}{
		{"photo.jpg", "image/jpeg", ".jpg", 64, 48},
		{"picture.png", "image/png", ".png", 64, 48},
		{"animated.gif", "image/gif", ".gif", 64, 48},
		{"lossy.webp", "image/webp", ".webp", 64, 48},
		{"lossless.webp", "image/webp", ".webp", 64, 48},
		{"animated.webp", "image/webp", ".webp", 64, 48},
		{"photo.avif", "image/avif", ".avif", 64, 48},
		{"photo.heic", "image/jpeg", ".jpg", 64, 48},
		{"film.mp4", "video/mp4", ".mp4", 64, 48},
		{"film.mov", "video/quicktime", ".mov", 64, 48},
		{"film.webm", "video/webm", ".webm", 64, 48},
		{"sound.webm", "audio/webm", ".webm", 0, 0},
		{"sound.m4a", "audio/mp4", ".m4a", 0, 0},
		{"sound.mp3", "audio/mpeg", ".mp3", 0, 0},
		{"sound.ogg", "audio/ogg", ".ogg", 0, 0},
		{"sound.flac", "audio/flac", ".flac", 0, 0},
		{"sound.wav", "audio/wav", ".wav", 0, 0},
		{"sound.opus", "audio/ogg", ".ogg", 0, 0},
		{"paper.pdf", "application/pdf", ".pdf", 0, 0},
	} {
		// The name is wrong, which must not matter.
		for _, name := range []string{c.sample, "page.html"} {
			staged, _ := stage(t, s, name, sample(t, c.sample))
			if staged.ContentType != c.mime || filepath.Ext(staged.Name) != c.extension || staged.Width != c.width ||
				staged.Height != c.height {
				t.Errorf("%s as %q: %+v; want %s, %s, %d × %d", c.sample, name, staged, c.mime, c.extension, c.width, c.height)
			}
		}
	}
}

func TestAFileWithoutMetadataStaysAsItIs(t *testing.T) {
	s := open(t, Config{})
	for _, c := range []struct {
		name string
		body []byte
	}{
		{"photo.jpg", photo(t, scene(100, 60))},
		{"paper.pdf", sample(t, "paper.pdf")},
	} {
		if _, got := stage(t, s, c.name, c.body); !bytes.Equal(got, c.body) {
			t.Errorf("%s: %d bytes went in, %d others are stored", c.name, len(c.body), len(got))
		}
	}
	// What was cleaned once is clean: a second upload of the same file changes no byte.
	for _, name := range samples(t) {
		staged, once := stage(t, s, name, sample(t, name))
		if staged.ContentType == "image/jpeg" && filepath.Ext(name) == ".heic" {
			continue
		}
		if _, twice := stage(t, s, name, once); !bytes.Equal(once, twice) {
			t.Errorf("%s: cleaned a second time it is another file", name)
		}
	}
}

func TestNamesAreReadableSafeAndUnguessable(t *testing.T) {
	s := open(t, Config{})
	body := photo(t, scene(4, 4))
	for _, c := range []struct{ filename, stem string }{
		{"Fog on river.JPG", "fog-on-river"},
		{"IMG_2031.jpeg", "img-2031"},
		{"Über den Fluß.jpg", "uber-den-fluss"},
		{"туман.jpg", "tuman"},
		{"../../etc/passwd", "passwd"},
		{`C:\Users\me\Pictures\cat.png`, "cat"},
		{"/absolute/dog.gif", "dog"},
		{"..", "photo"},
		{".", "photo"},
		{"", "photo"},
		{".htaccess", "htaccess"},
		{"_index.md", "index"},
		{"-rf", "rf"},
		{"image.jpg", "photo"},
		{"blob", "photo"},
		{"a\x00b\nc.jpg", "a-b-c"},
		{"<script>alert(1)</script>.jpg", "script"},
		{"\xff\xfe.jpg", "photo"},
		{"🌉.jpg", "photo"},
		{strings.Repeat("long ", 60) + ".jpg", "long-long-long-long-long-long-long-long-long"},
		{strings.Repeat("x", 300), strings.Repeat("x", maxStem)},
		{"%2e%2e%2fa.jpg", "2e-2e-2fa"},
		{"CON.jpg", "con"},
	} {
		staged, _ := stage(t, s, c.filename, body)
		if !regexp.MustCompile(`^[a-z0-9][a-z0-9-]*-[a-z2-7]{16}\.jpg$`).MatchString(staged.Name) || len(staged.Name) > 80 {
			t.Errorf("%.40q became %q, which is not safe", c.filename, staged.Name)
		}
		if got := staged.Name[:max(0, len(staged.Name)-len("-0123456789abcdef.jpg"))]; got != c.stem {
			t.Errorf("%.40q has the stem %q, want %q", c.filename, got, c.stem)
		}
	}
	seen := map[string]bool{}
	for range 20 {
		staged, _ := stage(t, s, "same.jpg", body)
		if seen[staged.Name] {
			t.Fatalf("%s was used twice", staged.Name)
		}
		seen[staged.Name] = true
	}
}

func TestAStoreAcceptsWhatItsConfigurationNames(t *testing.T) {
	s := open(t, Config{Accept: []string{"image/jpeg", " Audio/* "}})
	for name, taken := range map[string]bool{
		"photo.jpg": true, "sound.mp3": true, "sound.m4a": true, "sound.ogg": true, "sound.wav": true, "sound.flac": true,
		"picture.png": false, "film.mp4": false, "paper.pdf": false, "film.webm": false,
	} {
		if taken {
			stage(t, s, name, sample(t, name))
		} else {
			refused(t, s, name, bytes.NewReader(sample(t, name)), fault.UnsupportedMedia, "JPEG, MP3, M4A, OGG, FLAC or WAV")
		}
	}
	for _, c := range []Config{
		{Dir: t.TempDir(), Accept: []string{"image/svg+xml"}},
		{Dir: t.TempDir(), Accept: []string{"jpeg"}},
		{Dir: t.TempDir(), Keep: "yes"},
	} {
		if _, err := Open(t.Context(), c); err == nil {
			t.Errorf("%+v was accepted", c)
		}
	}
}

func TestAHEICThatIsNotAcceptedIsNotConverted(t *testing.T) {
	s := open(t, Config{Accept: []string{"image/jpeg"}})
	refused(t, s, "photo.heic", bytes.NewReader(sample(t, "photo.heic")), fault.UnsupportedMedia, "send JPEG")
}

func TestAFileThatIsTooLargeIsRefused(t *testing.T) {
	body := photo(t, scene(40, 40))
	exact := open(t, Config{MaxSize: int64(len(body))})
	stage(t, exact, "photo.jpg", body)
	refused(t, open(t, Config{MaxSize: int64(len(body)) - 1}), "photo.jpg", bytes.NewReader(body), fault.TooLarge,
		"larger than")
	endless := io.MultiReader(bytes.NewReader(body), &zeros{})
	refused(t, open(t, Config{MaxSize: 1 << 20}), "photo.jpg", endless, fault.TooLarge, "larger than 1 MB")
}

type zeros struct{}

func (*zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func TestAnInterruptedUploadLeavesNothing(t *testing.T) {
	s := open(t, Config{})
	body := sample(t, "film.mp4")
	lost := errors.New("connection reset")
	for _, n := range []int{0, 1, 100, sniffLength, sniffLength + 1, len(body) - 1} {
		broken := io.MultiReader(bytes.NewReader(body[:n]), iotest.ErrReader(lost))
		refused(t, s, fmt.Sprintf("broken after %d bytes", n), broken, fault.InvalidRequest, "broke off")
	}
	refused(t, s, "empty", strings.NewReader(""), fault.InvalidRequest, "empty")
	own := &fault.Error{Code: fault.InvalidToken, Message: "the token was revoked", Hint: "make a new one"}
	refused(t, s, "refused by the body's reader", io.MultiReader(bytes.NewReader(body[:50]), iotest.ErrReader(own)),
		fault.InvalidToken, "revoked")
	limited := http.MaxBytesReader(nil, io.NopCloser(bytes.NewReader(body)), 5000)
	refused(t, s, "beyond the request's limit", limited, fault.TooLarge, "larger than 5000 bytes")
}

func TestAnUploadEndsWithItsRequest(t *testing.T) {
	s := open(t, Config{MaxWidth: 32})
	body := gridded{columns: 2, rows: 2, width: 128, height: 128}.file(t, sample(t, "tiles.heic"))
	ctx, gone := context.WithCancel(t.Context())
	gone()
	staged, err := s.Stage(ctx, "IMG_0001.HEIC", bytes.NewReader(body))
	if err == nil || fault.CodeOf(err) != fault.InvalidRequest {
		t.Errorf("it was stored as %+v, %v", staged, err)
	}
	if left := listing(t, s); len(left) != 0 {
		t.Errorf("left over: %v", left)
	}
}

func TestABodyCanArriveByteByByte(t *testing.T) {
	s := open(t, Config{})
	for _, name := range samples(t) {
		if staged, err := s.Stage(t.Context(), name, iotest.OneByteReader(bytes.NewReader(sample(t, name)))); err != nil {
			t.Errorf("%s: %v", name, err)
		} else if staged.Size == 0 {
			t.Errorf("%s: %+v", name, staged)
		}
	}
}

func TestOpenRemovesInterruptedUploads(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "odd [name]*", "uploads")
	s := open(t, Config{Dir: dir})
	info, err := os.Stat(dir)
	if err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("the folder: %v, %v; want mode 700", info, err)
	}
	staged, want := stage(t, s, "photo.jpg", photo(t, scene(4, 4)))
	info, err = os.Stat(filepath.Join(dir, staged.File))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file: %v, %v; want mode 600", info, err)
	}
	for _, name := range []string{tempPrefix + "123", tempPrefix} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("half"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	again := open(t, Config{Dir: dir})
	if got := listing(t, again); !slices.Equal(got, []string{staged.File}) {
		t.Errorf("the folder contains %v, want %s alone", got, staged.File)
	}
	got, err := os.ReadFile(filepath.Join(dir, staged.File))
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("the staged file did not survive: %d bytes, %v", len(got), err)
	}
}

func TestFileAndRemoveStayInTheFolder(t *testing.T) {
	parent := t.TempDir()
	dir := filepath.Join(parent, "uploads")
	s := open(t, Config{Dir: dir})
	for _, name := range []string{"secret", "uploads/" + tempPrefix + "1"} {
		if err := os.WriteFile(filepath.Join(parent, name), []byte("secret"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"", ".", "..", "../secret", "/etc/passwd", `..\secret`, "a/../../secret",
		tempPrefix + "1", "a\x00b", parent + "/secret", "nothing.jpg"} {
		if f, err := s.Open(t.Context(), name); err == nil {
			f.Close()
			t.Errorf("File opened %q", name)
		} else if !errors.Is(err, os.ErrNotExist) {
			t.Errorf("File %q: %v, want one that is os.ErrNotExist", name, err)
		}
		s.Remove(t.Context(), name)
	}
	for _, name := range []string{"secret", "uploads/" + tempPrefix + "1"} {
		if _, err := os.Stat(filepath.Join(parent, name)); err != nil {
			t.Errorf("Remove removed %s", name)
		}
	}
	staged, _ := stage(t, s, "photo.jpg", photo(t, scene(4, 4)))
	for range 2 { // the second time it is gone already
		if err := s.Remove(t.Context(), staged.File); err != nil {
			t.Error(err)
		}
	}
	if _, err := s.Open(t.Context(), staged.File); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a removed file: %v", err)
	}
}

func TestConcurrentUploadsAreIndependent(t *testing.T) {
	s := open(t, Config{MaxWidth: 50})
	var group sync.WaitGroup
	for i := range 8 {
		group.Go(func() {
			width := 40 + 5*i
			staged, err := s.Stage(t.Context(), "photo.jpg", bytes.NewReader(photo(t, scene(width, 40))))
			if err != nil {
				t.Error(err)
			} else if staged.Width != min(width, 50) {
				t.Errorf("a picture %d wide was stored %d wide", width, staged.Width)
			}
		})
	}
	group.Wait()
	if got := listing(t, s); len(got) != 8 {
		t.Errorf("the folder contains %d files, want 8: %v", len(got), got)
	}
}
