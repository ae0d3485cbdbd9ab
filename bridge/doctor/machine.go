package doctor

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"gitpost/bridge/config"
	"gitpost/bridge/listen"
	"gitpost/bridge/state"
	"gitpost/gitstore"
)

// secrets checks who can read the files with secrets.
func (d Diagnosis) secrets() Check {
	k := Check{Name: "secrets", Result: Passed, Found: "no file with a secret can be read by other users"}
	if runtime.GOOS == "windows" {
		return Check{Name: "secrets", Result: Skipped, Found: "file modes do not restrict readers on this system"}
	}
	if open := ReadableByOthers(append(slices.Clone(d.Secrets), d.Config.StateFile())); len(open) > 0 {
		k.Result, k.Found = Failed, "other users can read "+strings.Join(open, ", ")
		k.Remedy = "chmod 600 " + strings.Join(open, " ") + "; if others use this machine, make new ones"
	}
	return k
}

// ReadableByOthers returns those of the files that other users of this machine can read; none on Windows,
// where file modes do not say it.
func ReadableByOthers(files []string) (open []string) {
	if runtime.GOOS == "windows" {
		return nil
	}
	for _, name := range files {
		if at, err := os.Stat(name); err == nil && at.Mode().IsRegular() && at.Mode().Perm()&0o077 != 0 {
			open = append(open, name)
		}
	}
	return open
}

// Free space below these is reported.
const (
	littleRoom = 1 << 30
	noRoom     = 100 << 20
)

func (d Diagnosis) dataFolder() Check {
	k := Check{Name: "data", Result: Passed}
	folder := d.Config.Data
	at, err := os.Stat(folder)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		k.Found = folder + " does not exist yet; gitpost serve creates it"
		folder = existingAbove(folder)
	case err != nil:
		k.Result, k.Found, k.Remedy = Failed, err.Error(),
			"let gitpost's user read that folder, or set data to another one"
		return k
	case runtime.GOOS != "windows" && at.Mode().Perm()&0o077 != 0:
		k.Result, k.Found, k.Remedy = Warning, folder+" can be used by other users", "chmod 700 "+folder
	default:
		k.Found = folder + " can be written"
	}
	probe, err := os.CreateTemp(folder, ".gitpost-doctor-")
	if err != nil {
		k.Result, k.Found, k.Remedy = Failed, folder+" cannot be written: "+err.Error(),
			"let gitpost's user write there, or set data to another folder"
		return k
	}
	if err := errors.Join(probe.Close(), os.Remove(probe.Name())); err != nil {
		k.Result, k.Found, k.Remedy = Failed, err.Error(), "let gitpost's user write there"
		return k
	}
	free, ok := freeSpace(folder)
	switch {
	case !ok:
	case free < noRoom:
		k.Result, k.Found, k.Remedy = Failed, fmt.Sprintf("%s has %s left", folder, megabytes(free)),
			"free some space: posts that cannot be stored are refused"
	case free < littleRoom && k.Result == Passed:
		k.Result, k.Found, k.Remedy = Warning, fmt.Sprintf("%s has %s left", folder, megabytes(free)),
			"free some space before the disk is full"
	case k.Result == Passed:
		k.Found += fmt.Sprintf("; %s are left", megabytes(free))
	}
	return k
}

func megabytes(n uint64) string { return fmt.Sprintf("%d MB", n>>20) }

// existingAbove is the nearest folder above that is there.
func existingAbove(folder string) string {
	for {
		if at, err := os.Stat(folder); err == nil && at.IsDir() {
			return folder
		}
		up := filepath.Dir(folder)
		if up == folder {
			return folder
		}
		folder = up
	}
}

func (d Diagnosis) stateDatabase(ctx context.Context) Check {
	health, err := state.Check(ctx, d.Config.State())
	k := Check{Name: "state", Result: Passed, Found: health.Name + " can be read through"}
	switch {
	case errors.Is(err, fs.ErrNotExist) && d.Config.Database != "":
		k.Found = health.Name + " has no tables yet; gitpost serve creates them"
	case errors.Is(err, fs.ErrNotExist):
		k.Found = health.Name + " does not exist yet; gitpost serve creates it"
	case errors.Is(err, state.ErrNewer):
		k.Result, k.Found, k.Remedy = Failed, err.Error(), "install that gitpost again"
	case errors.Is(err, state.ErrDamaged):
		k.Result, k.Found = Failed, err.Error()
		k.Remedy = "stop gitpost and move the file away; tokens and waiting uploads are lost with it, posts are not"
	case err != nil && d.Config.Database != "":
		k.Result, k.Found, k.Remedy = Failed, err.Error(), "see Running many blogs in the manual" // the error says what to do
	case err != nil:
		k.Result, k.Found, k.Remedy = Failed, err.Error(), "run doctor as gitpost's user"
	case len(health.Warnings) > 0:
		k.Result, k.Found, k.Remedy = Warning, health.Name+" can be read", strings.Join(health.Warnings, "; ")
	}
	return k
}

// clone checks the clone of a site and whether it is in use.
func (d Diagnosis) clone(c config.Site) Check {
	k := Check{Name: "clone", Result: Passed}
	used, err := gitstore.InUse(c.CloneDir())
	if err != nil {
		k.Result, k.Found, k.Remedy = Failed, "the lock of "+c.CloneDir()+" cannot be checked: "+err.Error(),
			"run doctor as gitpost's user"
		return k
	}
	tip, err := gitstore.OpenReader(c.CloneDir())
	switch {
	case errors.Is(err, fs.ErrNotExist):
		k.Found = c.CloneDir() + " does not exist yet; gitpost serve creates it"
	case err != nil:
		k.Result, k.Found, k.Remedy = Failed, err.Error(),
			"stop gitpost and move that folder away to have it cloned again; posts that were not pushed are in it"
	case tip.Commit() == "":
		k.Found = "the clone has no commits"
	default:
		k.Found = fmt.Sprintf("the clone is at %.12s", string(tip.Commit()))
	}
	if used {
		k.Found += "; a running gitpost is using it"
	}
	return k
}

// itself asks the server at its public address.
func (d Diagnosis) itself(ctx context.Context) Check {
	k := Check{Name: "server", Result: Passed}
	start, pass := "start it (gitpost serve), and let the proxy in front of it pass requests to "+d.Config.Listen,
		"let the proxy pass requests for that address to "+d.Config.Listen
	if d.Config.TLS == "auto" {
		start, pass = "start it (gitpost serve), check its log, and let port 443 of that host lead to it",
			"let port 443 of that host lead to "+d.Config.Listen
	}
	if path := d.urlPath(); path != "" {
		pass += " without " + path + " (the proxy must strip it)"
		start += " without " + path + " (it must strip that)"
	}
	answer, err := d.get(ctx, d.Config.URL+"/healthz", 1<<20)
	switch {
	case err != nil:
		k.Result, k.Found, k.Remedy = Warning, "gitpost does not answer at "+d.Config.URL+": "+err.Error(), start
	case answer.status != http.StatusOK || !strings.Contains(string(answer.body), `"ok"`):
		k.Result, k.Found = Warning, fmt.Sprintf("something other than gitpost is answering at %s (status %d)",
			d.Config.URL, answer.status)
		k.Remedy = pass + ", or correct the key url"
	case answer.shown != nil && listen.RenewalIsLate(answer.shown, d.Now()):
		k.Result, k.Found = Warning, fmt.Sprintf("the certificate of %s ends on %s", d.Config.URL,
			answer.shown.NotAfter.Format(time.DateOnly))
		k.Remedy = "see why it was not renewed; apps cannot connect from then on"
	default:
		k.Found = "gitpost answers at " + d.Config.URL
	}
	return k
}

// urlPath is the path of the address at which gitpost is reached; "" when it has none.
func (d Diagnosis) urlPath() string {
	u, err := url.Parse(d.Config.URL)
	if err != nil {
		return ""
	}
	return u.Path
}

// A clock that is off by more than these is reported: a post dated after the builder's clock is left
// out of the site, and sign-in codes expire early.
const (
	clockWarning = 15 * time.Second
	clockFailure = 2 * time.Minute
)

func (d Diagnosis) clock(home fetched) Check {
	k := Check{Name: "clock", Result: Skipped, Found: "no host reported its time",
		Remedy: "compare this machine's clock by hand: date -u"}
	if home.err != nil {
		return k
	}
	date, err := http.ParseTime(home.answer.header.Get("Date"))
	if err != nil {
		return k
	}
	// The header has whole seconds, and a cache may have kept it for the seconds in Age.
	if age, err := time.ParseDuration(home.answer.header.Get("Age") + "s"); err == nil {
		date = date.Add(age)
	}
	off := home.asked.Sub(date).Round(time.Second)
	k = Check{Name: "clock", Result: Passed, Found: "this machine's clock agrees with " + home.url}
	if off.Abs() > clockWarning {
		way := "ahead of"
		if off < 0 {
			way = "behind"
		}
		k.Result, k.Found, k.Remedy = Warning,
			fmt.Sprintf("this machine's clock is %s %s that of %s", off.Abs(), way, home.url),
			"set the clock, and keep it by NTP (timedatectl set-ntp true)"
	}
	if off.Abs() > clockFailure {
		k.Result = Failed
	}
	return k
}
