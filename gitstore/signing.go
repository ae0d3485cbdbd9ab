package gitstore

import (
	"bytes"
	"crypto/rand"
	"crypto/sha512"
	"encoding/base64"
	"fmt"
	"strings"

	"golang.org/x/crypto/ssh"

	"gitpost/gitstore/remote"
)

// readSigner reads the key that commits are signed with; nil when none is configured. It also
// checks the pattern of subjects.
func readSigner(c *Config) (ssh.Signer, error) {
	if p := c.SubjectPattern; p != "" && (!strings.Contains(p, subjectPlaceholder) || strings.ContainsAny(p, "\r\n")) {
		return nil, fmt.Errorf("the pattern for commit subjects %q must be one line with {subject} in it", p)
	}
	if c.SigningKeyFile == "" {
		return nil, nil
	}
	signer, err := remote.ReadSSHKey(c.SigningKeyFile)
	if err != nil {
		return nil, fmt.Errorf("signing key: %w", err)
	}
	return signer, nil
}

// SigningKey is the public half of a key that signs commits.
type SigningKey struct {
	Fingerprint string // "SHA256:…"
	Line        string // for the host's list of signing keys
}

// ReadSigningKey reads the private key at path, as Open does.
func ReadSigningKey(path string) (SigningKey, error) {
	signer, err := remote.ReadSSHKey(path)
	if err != nil {
		return SigningKey{}, err
	}
	public := signer.PublicKey()
	return SigningKey{Fingerprint: ssh.FingerprintSHA256(public),
		Line: strings.TrimSpace(string(ssh.MarshalAuthorizedKey(public)))}, nil
}

// signCommit adds an SSH signature to an encoded commit (gpg.format ssh; OpenSSH's
// PROTOCOL.sshsig).
func signCommit(signer ssh.Signer, commit []byte) ([]byte, error) {
	const namespace, hash = "git", "sha512"
	sum := sha512.Sum512(commit)
	signed := ssh.Marshal(struct{ Namespace, Reserved, Hash, Sum string }{namespace, "", hash, string(sum[:])})
	signature, err := signWith(signer, append([]byte("SSHSIG"), signed...))
	if err != nil {
		return nil, fmt.Errorf("sign the commit: %w", err)
	}
	blob := append([]byte("SSHSIG"), ssh.Marshal(struct {
		Version                                       uint32
		Key, Namespace, Reserved, Hash, SignatureBlob string
	}{1, string(signer.PublicKey().Marshal()), namespace, "", hash, string(ssh.Marshal(signature))})...)
	var header bytes.Buffer
	header.WriteString("gpgsig -----BEGIN SSH SIGNATURE-----\n")
	const width = 70
	for text := base64.StdEncoding.EncodeToString(blob); text != ""; {
		n := min(width, len(text))
		header.WriteString(" " + text[:n] + "\n")
		text = text[n:]
	}
	header.WriteString(" -----END SSH SIGNATURE-----\n")
	i := bytes.Index(commit, []byte("\n\n")) + 1
	return bytes.Join([][]byte{commit[:i], header.Bytes(), commit[i:]}, nil), nil
}

// signWith signs with SHA-512 where the key leaves the choice.
func signWith(signer ssh.Signer, data []byte) (*ssh.Signature, error) {
	if s, ok := signer.(ssh.AlgorithmSigner); ok && signer.PublicKey().Type() == ssh.KeyAlgoRSA {
		return s.SignWithAlgorithm(rand.Reader, data, ssh.KeyAlgoRSASHA512)
	}
	return signer.Sign(rand.Reader, data)
}
