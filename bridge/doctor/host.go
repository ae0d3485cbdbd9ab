package doctor

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"gitpost/bridge/config"
	"gitpost/gitstore"
)

// remote asks the Git host what it has and whether a push can be begun. Whether the host accepts one,
// only a push shows.
func (d Diagnosis) remote(ctx context.Context, c config.Site) Check {
	where := c.Repository()
	if where.Branch == "" {
		if w, err := gitstore.ReadWaiting(c.CloneDir()); err == nil {
			where.Branch = w.Branch // the one that is served, whatever the host's default is by now
		}
	}
	access, err := gitstore.Probe(ctx, where)
	if err != nil {
		return d.unreadableRemote(err)
	}
	k := Check{Name: "remote", Result: Failed}
	var known *gitstore.RemoteError
	switch {
	case access.Empty():
		k.Found, k.Remedy = "the repository is empty: it has no commits", "push your site to it"
	case errors.As(access.Write, &known) && known.Unreachable:
		k.Found = fmt.Sprintf("%s can be read, but takes no push at the moment: %s", known.Remote, known.Reason)
		k.Remedy = untilTheHostIsWell
	case errors.As(access.Write, &known):
		k.Found = fmt.Sprintf("%s can be read, but not written: %s", known.Remote, known.Reason)
		k.Remedy = cmp.Or(known.Hint, "ask the host why it refuses pushes")
	case access.Write != nil:
		k.Found, k.Remedy = "it can be read, but not written: "+access.Write.Error(), "ask the host why it refuses pushes"
	case access.Moved != "":
		k.Result, k.Found = Warning, "the repository moved to "+access.Moved
		k.Remedy = "write that as repo in " + d.ConfigFile + ", before another repository gets the old name"
	case c.Branch == "" && access.Default != "" && access.Default != access.Branch:
		k.Result = Warning
		k.Found = fmt.Sprintf("posts go to the branch %s, and the host's default branch is %s now", access.Branch,
			access.Default)
		k.Remedy = fmt.Sprintf("set branch to the one that the site is built from: branch: %s, or branch: %s",
			access.Branch, access.Default)
	default:
		k.Result, k.Found = Passed, fmt.Sprintf("branch %s is at %.12s, and a push can be begun", access.Branch,
			string(access.Tip))
	}
	return k
}

const untilTheHostIsWell = "nothing is to be done here: posts are safe on this machine and go out by themselves " +
	"when the host is well again"

func (d Diagnosis) unreadableRemote(err error) Check {
	k := Check{Name: "remote", Result: Failed}
	var known *gitstore.RemoteError
	switch {
	case errors.As(err, &known) && known.Unreachable && known.Answered:
		k.Found, k.Remedy = fmt.Sprintf("%s is in trouble: %s", known.Remote, known.Reason), untilTheHostIsWell
	case errors.As(err, &known):
		k.Found = fmt.Sprintf("%s cannot be read: %s", known.Remote, known.Reason)
		k.Remedy = cmp.Or(known.Hint, "check that the host is up and reachable from this machine")
		if known.Unreachable {
			k.Remedy += "; posts are stored here until then"
		}
	default:
		k.Found, k.Remedy = err.Error(), "correct repo, or its credentials, in "+d.ConfigFile
	}
	return k
}

// host checks what the Git host asks of commits and files: how they are signed, and how large they may be.
func (d Diagnosis) host(c config.Site) (checks []Check) {
	if c.SigningKeyFile != "" {
		checks = append(checks, signing(c))
	}
	if limit := gitstore.LimitOf(c.Repo); limit.Most > 0 && d.Config.MediaMaxSize > limit.Most {
		checks = append(checks, Check{Name: "uploads", Result: Warning,
			Found: fmt.Sprintf("media.max_size allows files that %s does not accept: above %d MiB uploads are refused",
				limit.Host, limit.Most>>20),
			Remedy: fmt.Sprintf("set media.max_size: %d MiB; %s warns above %d MiB", limit.Most>>20, limit.Host,
				limit.Warn>>20)})
	}
	return checks
}

func signing(c config.Site) Check {
	k := Check{Name: "signing", Result: Passed}
	key, err := gitstore.ReadSigningKey(c.SigningKeyFile)
	if err != nil {
		k.Result, k.Found, k.Remedy = Failed, err.Error(), "correct author.signing_key_file; no commit can be made"
		return k
	}
	k.Found = fmt.Sprintf("commits are signed with the SSH key %s; the host must know it "+
		"as a signing key of the account: %s",
		key.Fingerprint, key.Line)
	return k
}
