// Package urlmap fetches the map of URLs that a site's build publishes, and keeps it on disk, so that a
// start without the network knows it.
//
// The map is a JSON object: the path of a file in the repository, and the URL or the path of its page.
package urlmap

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"gitpost/bridge/outbound"
)

// Bounds of a map.
const (
	maxSize    = 32 << 20
	maxEntries = 500_000
)

// A Map is what was fetched last.
type Map struct {
	From    string            `json:"from"` // where it is published
	Fetched time.Time         `json:"fetched"`
	URLs    map[string]string `json:"urls"` // by file
}

// Fetch reads the map that is published at an address, which the configuration names.
func Fetch(ctx context.Context, from string, now time.Time) (*Map, error) {
	client := outbound.NewTrusted(time.Minute)
	defer client.CloseIdleConnections()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, from, nil)
	if err != nil {
		return nil, err
	}
	r.Header.Set("User-Agent", "gitpost")
	r.Header.Set("Accept", "application/json")
	r.Header.Set("Cache-Control", "no-cache")
	answer, err := client.Do(r)
	if failed := (*url.Error)(nil); errors.As(err, &failed) {
		return nil, fmt.Errorf("fetch %s: %w", from, failed.Err)
	}
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("fetch %s: it answers with status %d", from, answer.StatusCode)
	}
	data, err := io.ReadAll(io.LimitReader(answer.Body, maxSize+1))
	if err != nil {
		return nil, fmt.Errorf("fetch %s: %w", from, err)
	}
	urls, err := Parse(data)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", from, err)
	}
	return &Map{From: from, Fetched: now.UTC().Truncate(time.Second), URLs: urls}, nil
}

// Parse reads a map. Entries without a URL, such as those of pages that are not written, are left out.
func Parse(data []byte) (map[string]string, error) {
	if len(data) > maxSize {
		return nil, fmt.Errorf("it is larger than %d MB", maxSize>>20)
	}
	var entries map[string]any
	if err := json.Unmarshal(bytes.TrimPrefix(data, []byte("\ufeff")), &entries); err != nil || entries == nil {
		return nil, errors.New(`it is not a JSON object such as {"posts/a.md": "/posts/a/"}`)
	}
	if len(entries) > maxEntries {
		return nil, fmt.Errorf("it has more than %d entries", maxEntries)
	}
	urls := make(map[string]string, len(entries))
	for _, file := range slices.Sorted(maps.Keys(entries)) {
		switch at := entries[file].(type) {
		case nil, bool:
		case string:
			if u, err := url.Parse(at); err != nil || u.Host == "" && !strings.HasPrefix(at, "/") ||
				u.Host != "" && u.Scheme != "https" && u.Scheme != "http" {
				return nil, fmt.Errorf("%q of %s is neither a URL nor a path that starts with /", at, file)
			}
			urls[strings.TrimPrefix(path.Clean("/"+file), "/")] = at
		default:
			return nil, fmt.Errorf("the value of %s is not a text", file)
		}
	}
	if len(urls) == 0 {
		return nil, errors.New("it has no entries")
	}
	return urls, nil
}

// Load reads the map that was kept in a file; nil when none of that address was.
func Load(file, from string) *Map {
	data, err := os.ReadFile(file)
	var m Map
	if err != nil || json.Unmarshal(data, &m) != nil || m.From != from || len(m.URLs) == 0 {
		return nil
	}
	return &m
}

// Save keeps the map in a file. After an error the file is as it was.
func (m *Map) Save(file string) error {
	data, err := json.Marshal(m)
	if err != nil {
		return err
	}
	next, err := os.CreateTemp(filepath.Dir(file), filepath.Base(file)+".*")
	if err != nil {
		return err
	}
	_, err = next.Write(data)
	err = errors.Join(err, next.Sync(), next.Close())
	if err == nil {
		err = os.Rename(next.Name(), file)
	}
	if err != nil {
		os.Remove(next.Name())
	}
	return err
}
