package config

import "net/url"

// pictureAddress is an http or https address; a query is allowed, since picture services use it.
func pictureAddress(s string) (string, error) {
	const remedy = "write the whole address of the picture, such as https://example.org/ada.jpg"
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil {
		return "", &flaw{"is not a web address", remedy}
	}
	return s, nil
}
