package pages

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"gitpost/bridge/language"
)

// outbox answers GET /outbox: the posts that wait in the browser for a connection. The browser has them, so
// its script fills in the list.
func (p *Pages) outbox(c echo.Context, _ visitor) error {
	return p.show(c, http.StatusOK, "outbox", view{Title: language.Text("Outbox"), SignedIn: true})
}

// worker answers GET /service-worker.js. Its address decides which pages it serves.
func (p *Pages) worker(c echo.Context) error {
	a := p.assets["service-worker.js"]
	h := c.Response().Header()
	h.Set("Cache-Control", "no-cache")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Service-Worker-Allowed", p.path("/"))
	h.Set("Content-Security-Policy", "default-src 'none'; connect-src 'self'")
	// The worker keeps the files of this version; another one is another worker.
	text := strings.NewReplacer("{{base}}", p.base, "{{version}}", p.version).Replace(string(a.data))
	return c.Blob(http.StatusOK, a.kind, []byte(text))
}

// manifest answers GET /manifest.webmanifest: what a phone needs to install the pages as an app.
func (p *Pages) manifest(c echo.Context) error {
	type icon struct {
		Src     string `json:"src"`
		Sizes   string `json:"sizes"`
		Type    string `json:"type"`
		Purpose string `json:"purpose,omitempty"`
	}
	type file struct {
		Name   string   `json:"name"`
		Accept []string `json:"accept"`
	}
	l := p.language(c)
	share := map[string]any{
		"action": p.path("/posts/share"), "method": "POST", "enctype": "multipart/form-data",
		"params": map[string]any{
			"title": "title", "text": "text", "url": "url",
			"files": []file{{"files", []string{"image/*", "video/*", "audio/*"}}},
		},
	}
	shortcut := func(name language.Text, postType string) map[string]string {
		return map[string]string{"name": l.Of(string(name)), "url": p.path("/posts/new?type=" + postType)}
	}
	c.Response().Header().Set("Cache-Control", "no-cache")
	c.Response().Header().Set("Content-Type", "application/manifest+json")
	return c.JSON(http.StatusOK, map[string]any{
		"id": p.path("/"), "name": "gitpost " + hostOf(p.Config().Me()), "short_name": "gitpost", "lang": l.Tag, "dir": l.Dir,
		"start_url": p.path("/"), "scope": p.path("/"), "display": "standalone",
		"background_color": "#f6f6f3", "theme_color": "#1a6580",
		"icons": []icon{
			{p.assetAt("icon-192.png"), "192x192", "image/png", "any"},
			{p.assetAt("icon-512.png"), "512x512", "image/png", "any maskable"},
			{p.assetAt("icon.svg"), "any", "image/svg+xml", ""},
		},
		"share_target": share,
		"shortcuts":    []any{shortcut(language.Text("Note"), "note"), shortcut(language.Text("Photo"), "photo")},
	})
}
