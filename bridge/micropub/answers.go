package micropub

import (
	"net/http"

	"gitpost/bridge/mf2"
)

// WriteSource answers q=source for one post. When the query names properties, the answer
// has them alone and no type, as the Recommendation shows it.
func WriteSource(w http.ResponseWriter, r *http.Request, q Query, item mf2.Item) error {
	answer := sourceItem{Properties: lists(q.Only(item.Properties))}
	if len(q.Properties) == 0 {
		answer.Type = item.Type
	}
	return Write(w, r, http.StatusOK, answer)
}

// Paging holds the opaque cursors of a list; an empty one leads nowhere.
type Paging struct {
	Before string `json:"before,omitempty"`
	After  string `json:"after,omitempty"`
}

// WriteList answers q=source without url.
func WriteList(w http.ResponseWriter, r *http.Request, q Query, items []mf2.Item, p Paging) error {
	answer := struct {
		Items  []sourceItem `json:"items"`
		Paging *Paging      `json:"paging,omitempty"`
	}{Items: []sourceItem{}}
	for _, item := range items {
		answer.Items = append(answer.Items, sourceItem{Type: item.Type, Properties: lists(q.Only(item.Properties))})
	}
	if p != (Paging{}) {
		answer.Paging = &p
	}
	return Write(w, r, http.StatusOK, answer)
}

type sourceItem struct {
	Type       []string       `json:"type,omitempty"`
	Properties mf2.Properties `json:"properties"`
}

// lists makes sure that every property is an array and the whole an object, even when empty.
func lists(properties mf2.Properties) mf2.Properties {
	out := make(mf2.Properties, len(properties))
	for name, list := range properties {
		if list == nil {
			list = []any{}
		}
		out[name] = list
	}
	return out
}

// Target is a place that posts can be syndicated to.
type Target struct {
	UID     string `json:"uid"`
	Name    string `json:"name"`
	Checked bool   `json:"checked,omitempty"`
}

// Choice is a channel or a destination.
type Choice struct {
	UID  string `json:"uid"`
	Name string `json:"name"`
}

// PostType is a kind of post as apps name it to people.
type PostType struct {
	Type string `json:"type"`
	Name string `json:"name"`
}

// Config answers q=config. Lists are never left out: some apps read their absence as "ask
// again".
type Config struct {
	MediaEndpoint string     `json:"media-endpoint"`
	SyndicateTo   []Target   `json:"syndicate-to"`
	PostTypes     []PostType `json:"post-types"`
	Channels      []Choice   `json:"channels"`
	Destination   []Choice   `json:"destination,omitempty"`
	Categories    []string   `json:"categories,omitempty"`
	Properties    []string   `json:"properties,omitempty"` // that posts may have
	Q             []string   `json:"q"`                    // that are answered
}

// WriteConfig answers q=config.
func WriteConfig(w http.ResponseWriter, r *http.Request, c Config) error {
	c.SyndicateTo = full(c.SyndicateTo)
	c.PostTypes = full(c.PostTypes)
	c.Channels = full(c.Channels)
	if c.Q == nil {
		c.Q = Queries
	}
	return Write(w, r, http.StatusOK, c)
}

// WriteNamed answers a query whose answer is one list: {"categories": […]}, {"contacts": […]}.
func WriteNamed[T any](w http.ResponseWriter, r *http.Request, name string, list []T) error {
	return Write(w, r, http.StatusOK, map[string]any{name: full(list)})
}

// full makes null an empty list.
func full[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// Verified answers a GET without q: whose token it is and what it may do.
type Verified struct {
	Me       string `json:"me"`
	Scope    string `json:"scope"`
	ClientID string `json:"client_id,omitempty"`
}

// WriteVerified answers a GET without q.
func WriteVerified(w http.ResponseWriter, r *http.Request, v Verified) error {
	return Write(w, r, http.StatusOK, v)
}
