package config

import (
	"strings"

	"gitpost/gitstore"
)

// signingKey checks a private key that is to sign commits.
func signingKey(s, base string) (string, error) {
	s, err := readableFile(s, base)
	if err != nil {
		return s, err
	}
	if _, err := gitstore.ReadSigningKey(s); err != nil {
		return s, &flaw{"is not a private SSH key without a passphrase",
			"make one (ssh-keygen -t ed25519 -N '' -f signing_key) and give the path of its private half"}
	}
	return s, nil
}

// subjectPattern checks what the first line of commit messages is made of.
func subjectPattern(s string) (string, error) {
	if !strings.Contains(s, "{subject}") {
		return "", &flaw{"has no {subject} in it", `write a pattern such as "[blog] {subject}"`}
	}
	return s, nil
}
