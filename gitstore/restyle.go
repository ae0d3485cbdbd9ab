package gitstore

import (
	"slices"
	"strings"

	"gitpost/gitstore/git"
)

const signOffTrailer = "Signed-off-by: "

// subjectPlaceholder stands for the words of a subject in Config.SubjectPattern.
const subjectPlaceholder = "{subject}"

// isStyled reports whether a waiting commit is signed and worded as the configuration asks by now. The host may
// have refused it because it was not.
func (s *Store) isStyled(c *git.Commit) bool {
	signer := s.signer.Load()
	return (signer == nil || *signer == nil || c.Signed) && s.restyled(c.Author, c.Message) == c.Message
}

// restyled is the message of a waiting commit, worded and signed off as the configuration asks.
func (s *Store) restyled(author, message string) string {
	c := s.config()
	if before, behind, ok := strings.Cut(c.SubjectPattern, subjectPlaceholder); ok {
		quiet := strings.Contains(message, " "+skipCI)
		subject, rest, _ := strings.Cut(strings.Replace(message, " "+skipCI, "", 1), "\n")
		if !strings.HasPrefix(subject, before) || !strings.HasSuffix(subject, behind) {
			message = before + subject + behind + "\n" + rest
			if quiet {
				message = markSkipCI(message)
			}
		}
	}
	person := author[:strings.LastIndexByte(author, '>')+1]
	isSignOff := func(line string) bool { return strings.HasPrefix(line, signOffTrailer) }
	if c.SignOff && person != "" && !slices.ContainsFunc(trailersOf(message), isSignOff) {
		message = addTrailers(message, signOffTrailer+person)
	}
	return message
}

// allStyled reports whether all commits of groups are as the configuration asks.
func allStyled(s *Store, groups []*group) bool {
	isNot := func(c *git.Commit) bool { return !s.isStyled(c) }
	return !slices.ContainsFunc(groups, func(g *group) bool { return slices.ContainsFunc(g.commits, isNot) })
}

// restyle marks the groups that are to be made again because the configuration changed. What the host
// refused of them it may accept then.
func (s *writer) restyle(groups []*group) (any bool) {
	for _, g := range groups {
		if allStyled(s.Store, []*group{g}) {
			continue
		}
		any = true
		s.delivery.update(func() {
			for _, p := range g.members {
				p.refusal = nil
			}
		})
	}
	return any
}
