package remote

import (
	"regexp"
)

// Advice is what to do about words that hosts say.
type Advice struct {
	Case   string // what is the matter, for the manual
	Sign   string // a regular expression that the words match
	Reason string // in place of the words, where they mislead; "" keeps them
	Hint   string
	Size   bool // it is about the size of a file or a push
}

// AdviceTable is all that is known of the words of hosts, the more specific first. init,
// doctor, errors and the manual use it.
var AdviceTable = []Advice{
	{Case: "the branch is checked out there",
		Sign:   `refusing to update checked out branch`,
		Reason: "the branch is checked out in that repository, and Git takes no push to it",
		Hint: "make a bare repository of it (git clone --bare), name that one in the configuration, " +
			"and push to it from where you work"},
	{Case: "the repository belongs to another user of the machine",
		Sign: `dubious ownership`,
		Hint: "give the repository to gitpost's user, or allow it as that user: " +
			"git config --global --add safe.directory and its path"},
	{Case: "the repository is archived, or a mirror",
		Sign: `(?i)archived|read-only mirror|is a mirror`,
		Hint: "the repository takes no pushes at all: unarchive it in its settings at the host, or name another one"},
	{Case: "the repository is gone",
		Sign:   `(?i)push to create is not enabled`,
		Reason: "there is no such repository: it was deleted, renamed or never made",
		Hint:   "check the address, or make the repository at the host"},
	{Case: "a secret is in a post",
		Sign: `GH009|(?i)secret(s)? (scanning|detected|found)|push protection|contains? secrets?|leak(ed|s) detected`,
		Hint: "remove the secret from the post and revoke it; the other posts are pushed without that one"},
	{Case: "a file is too large",
		Sign: `GH001|(?i)exceeds .*(size|limit)|larger than|file (is )?too (large|big)|maximum (file|object) size|size limit`,
		Hint: "delete the post with that file, or allow larger files at the host; " +
			"set media.max_size to the host's limit (GitHub: 100 MB)", Size: true},
	{Case: "commits must be signed",
		Sign: `(?i)(verified|valid|required?) signatures?|must (be|have been) signed|unsigned commit|not signed|gpg sign`,
		Hint: "have gitpost sign its commits (author.signing_key_file) and add the public key " +
			"to the account at the host as a signing key"},
	{Case: "commits need a sign-off",
		Sign: `(?i)signed-off-by|sign-?off|\bDCO\b`,
		Hint: "set author.sign_off: true"},
	{Case: "the commit message must follow a pattern",
		Sign: `(?i)commit message.*(pattern|match|format|must|invalid)|message does not (match|follow)`,
		Hint: "set commit_message to a pattern that the host's rule accepts"},
	{Case: "the branch is protected, or a rule forbids the push",
		Sign: `GH006|GH011|GH013|(?i)protected branch|protected ref|branch is protected|` +
			`not allowed to push (code )?to|ruleset`,
		Hint: "let gitpost's user or deploy key push to the branch: GitHub and Gitea under Settings → Branches or Rules " +
			"(whitelist deploy keys), GitLab under Settings → Repository → Protected branches"},
	{Case: "the key or token may only read",
		Sign: `(?i)not authorized to write|deploy key|read.?only|write access|insufficient permission|denied to`,
		Hint: "check that the token or deploy key may write to this repository (in its settings at the host)"},
	{Case: "the host has no room left",
		Sign: `(?i)quota|storage limit|insufficient storage|no space left`,
		Hint: "free space at the host, or raise the quota of the repository"},
}

var adviceSigns = func() []*regexp.Regexp {
	list := make([]*regexp.Regexp, len(AdviceTable))
	for i, a := range AdviceTable {
		list[i] = regexp.MustCompile(a.Sign)
	}
	return list
}()

// AdviceFor is what is known of words that a host said; false when nothing is.
func AdviceFor(words string) (Advice, bool) {
	for i, sign := range adviceSigns {
		if sign.MatchString(words) {
			return AdviceTable[i], true
		}
	}
	return Advice{}, false
}

// withAdvice adds the hint that the host's words call for.
func withAdvice(e *Error) *Error {
	a, ok := AdviceFor(e.Reason)
	if !ok || e.Unreachable {
		return e
	}
	if a.Reason != "" {
		e.Reason = a.Reason
	}
	e.Hint = a.Hint
	return e
}
