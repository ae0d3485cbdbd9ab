package remote

import (
	"regexp"
)

// Advice is what to do about words that hosts say.
type Advice struct {
	Sign   string // a regular expression that the words match
	Says   string // the words in short, for the manual
	Reason string // in place of the words, where they mislead; "" keeps them
	Hint   string
	Size   bool // it is about the size of a file or a push
}

// AdviceTable is all that is known of the words of hosts, the more specific first. init,
// doctor, errors and the manual use it.
var AdviceTable = []Advice{
	{Sign: `refusing to update checked out branch`,
		Says:   "refusing to update checked out branch",
		Reason: "the branch is checked out in that repository, and Git takes no push to it",
		Hint: "make a bare repository of it (git clone --bare), name that one in the configuration, " +
			"and push to it from where you work"},
	{Sign: `dubious ownership`,
		Says: "dubious ownership",
		Hint: "give the repository to gitpost's user, or allow it as that user: " +
			"git config --global --add safe.directory and its path"},
	{Sign: `(?i)archived|read-only mirror|is a mirror`,
		Says: "archived, read-only mirror",
		Hint: "the repository takes no pushes at all: unarchive it in its settings at the host, or name another one"},
	{Sign: `(?i)push to create is not enabled`,
		Says:   "push to create is not enabled",
		Reason: "there is no such repository: it was deleted, renamed or never made",
		Hint:   "check the address, or make the repository at the host"},
	{Sign: `GH009|(?i)secret(s)? (scanning|detected|found)|push protection|contains? secrets?|leak(ed|s) detected`,
		Says: "secrets detected, push protection, GH009",
		Hint: "remove the secret from the post and revoke it; the other posts are pushed without that one"},
	{Sign: `GH001|(?i)exceeds .*(size|limit)|larger than|file (is )?too (large|big)|maximum (file|object) size|size limit`,
		Says: "file too large, exceeds the size limit, GH001",
		Hint: "delete the post with that file, or allow larger files at the host; " +
			"set media.max_size to the host's limit (GitHub: 100 MB)", Size: true},
	{Sign: `(?i)(verified|valid|required?) signatures?|must (be|have been) signed|unsigned commit|not signed|gpg sign`,
		Says: "commits must be signed, must have verified signatures",
		Hint: "have gitpost sign its commits (author.signing_key_file) and add the public key " +
			"to the account at the host as a signing key"},
	{Sign: `(?i)signed-off-by|sign-?off|\bDCO\b`,
		Says: "missing Signed-off-by, DCO",
		Hint: "set author.sign_off: true"},
	{Sign: `(?i)commit message.*(pattern|match|format|must|invalid)|message does not (match|follow)`,
		Says: "commit message does not match a pattern",
		Hint: "set commit_message to a pattern that the host's rule accepts"},
	{Sign: `GH006|GH011|GH013|(?i)protected branch|protected ref|branch is protected|` +
		`not allowed to push (code )?to|ruleset`,
		Says: "protected branch, ruleset, GH006, GH013",
		Hint: "let gitpost's user or deploy key push to the branch: GitHub and Gitea under Settings → Branches or Rules " +
			"(whitelist deploy keys), GitLab under Settings → Repository → Protected branches"},
	{Sign: `(?i)not authorized to write|deploy key|read.?only|write access|insufficient permission|` +
		`permission denied for|denied to`,
		Says: "read-only, denied, not authorized to write",
		Hint: "check that the token or deploy key may write to this repository (in its settings at the host)"},
	{Sign: `(?i)quota|storage limit|insufficient storage|no space left`,
		Says: "quota or storage limit exceeded",
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
