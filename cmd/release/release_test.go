package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"strings"
	"testing"
	"time"
)

var packed = []file{{name: "gitpost", data: []byte("program"), program: true},
	{name: "man/gitpost.1", data: []byte("page")}}

func TestArchivesAreTheSameWheneverTheyAreMade(t *testing.T) {
	when := time.Date(2026, 5, 23, 18, 40, 12, 0, time.UTC)
	for name, write := range map[string]func(io.Writer, string, []file, time.Time) error{"tar": writeTar,
		"zip": writeZip} {
		var one, two bytes.Buffer
		if err := write(&one, "gitpost-v1", packed, when); err != nil {
			t.Fatal(err)
		}
		if err := write(&two, "gitpost-v1", packed, when.In(time.FixedZone("", 3600))); err != nil {
			t.Fatal(err)
		}
		if name == "tar" && !bytes.Equal(one.Bytes(), two.Bytes()) {
			t.Errorf("%s differs", name)
		}
		var three bytes.Buffer
		if err := write(&three, "gitpost-v1", packed, when); err != nil || !bytes.Equal(one.Bytes(), three.Bytes()) {
			t.Errorf("%s differs: %v", name, err)
		}
	}
}

func TestArchivesHoldAProgramThatRuns(t *testing.T) {
	var b bytes.Buffer
	if err := writeTar(&b, "gitpost-v1", packed, time.Unix(0, 0)); err != nil {
		t.Fatal(err)
	}
	z, err := gzip.NewReader(&b)
	if err != nil {
		t.Fatal(err)
	}
	h, err := tar.NewReader(z).Next()
	if err != nil || h.Name != "gitpost-v1/gitpost" || h.Mode != 0o755 || h.Uid != 0 || h.Uname != "" {
		t.Errorf("%+v, %v", h, err)
	}
	b.Reset()
	if err := writeZip(&b, "gitpost-v1", packed, time.Unix(0, 0)); err != nil {
		t.Fatal(err)
	}
	r, err := zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil || r.File[0].Name != "gitpost-v1/gitpost" || r.File[0].Mode().Perm() != 0o755 ||
		r.File[1].Mode().Perm() != 0o644 {
		t.Errorf("%v, %v", r, err)
	}
}

func TestVersionNamesAFile(t *testing.T) {
	for said, want := range map[string]string{
		"gitpost v1.2.0\n":                              "v1.2.0",
		"gitpost v1.2.0 (5d2f0c1e9ab4)\n":               "v1.2.0-5d2f0c1e9ab4",
		"gitpost v1.2.0 (5d2f0c1e9ab4, modified)\n":     "v1.2.0-5d2f0c1e9ab4",
		"gitpost v0.0.0-20260523184012-5d2f0c1e+dirty ": "v0.0.0-20260523184012-5d2f0c1e-dirty",
	} {
		if got := versionName(said); got != want {
			t.Errorf("%q becomes %q, want %q", said, got, want)
		}
	}
}

func TestLicencesOfAllLibrariesComeAlong(t *testing.T) {
	one, two := t.TempDir(), t.TempDir()
	for name, text := range map[string]string{one + "/LICENSE.md": "Do as you like.\r\n", one + "/NOTICE": "Ada made it.",
		one + "/license.go": "package one", two + "/README": "x"} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	text, err := licencesOf(map[string]string{"example.org/one v1.0.0": one})
	if err != nil || !bytes.Contains(text, []byte("example.org/one v1.0.0: LICENSE.md\n\nDo as you like.\n")) ||
		!bytes.Contains(text, []byte("Ada made it.")) || bytes.Contains(text, []byte("package one")) {
		t.Errorf("%v\n%s", err, text)
	}
	if _, err := licencesOf(map[string]string{"example.org/two v1.0.0": two}); err == nil ||
		!strings.Contains(err.Error(), "example.org/two v1.0.0") {
		t.Errorf("a library without a licence: %v", err)
	}
}
