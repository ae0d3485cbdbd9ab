package gitstore

import (
	"fmt"
	"slices"
	"strings"

	"github.com/go-git/go-git/v5/plumbing/protocol/packp"
)

// defaultBranch is what the remote's HEAD names.
func defaultBranch(adv *packp.AdvRefs) (string, error) {
	for _, v := range adv.Capabilities.Get("symref") {
		if name, ok := strings.CutPrefix(v, "HEAD:refs/heads/"); ok {
			if _, there := adv.References["refs/heads/"+name]; there {
				return name, nil
			}
		}
	}
	names := branchNames(adv)
	var same []string
	for _, n := range names {
		if adv.Head != nil && adv.References["refs/heads/"+n] == *adv.Head {
			same = append(same, n)
		}
	}
	if len(same) == 0 {
		same = names
	}
	for _, usual := range []string{"main", "master"} {
		if slices.Contains(same, usual) {
			return usual, nil
		}
	}
	if len(same) == 1 {
		return same[0], nil
	}
	return "", fmt.Errorf("the remote has no default branch; name one of: %s", strings.Join(names, ", "))
}

func branchNames(adv *packp.AdvRefs) []string {
	var names []string
	for ref := range adv.References {
		if name, ok := strings.CutPrefix(ref, "refs/heads/"); ok {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}
