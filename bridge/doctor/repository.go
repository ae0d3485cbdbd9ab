package doctor

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"

	"gitpost/bridge/fault"
	"gitpost/bridge/mf2"
	"gitpost/bridge/site"
	"gitpost/bridge/survey"
)

// mostWarnings of a site are shown; gitpost urls shows all.
const mostWarnings = 5

// generator reports which generator was detected.
func (d Diagnosis) generator(v *survey.Survey) Check {
	name, version := v.Site.Generator()
	k := Check{Name: "site", Result: Passed, Found: fmt.Sprintf("%s with %s at %s", strings.TrimSpace(name+" "+version),
		counted(len(v.Listed), "post"), v.Site.BaseURL())}
	e, err := v.Explain()
	if more := len(e.Warnings) - mostWarnings; more > 0 {
		e.Warnings = append(e.Warnings[:mostWarnings], fmt.Sprintf("and %d more", more))
	}
	var known *fault.Error
	switch {
	case errors.As(err, &known):
		k.Result, k.Found, k.Remedy = Failed, "no note could be posted: "+known.Message, known.Hint
	case err != nil:
		k.Result, k.Found, k.Remedy = Failed, "no note could be posted: "+err.Error(),
			"gitpost urls --explain shows what was inferred"
	case len(e.Warnings) > 0:
		k.Result, k.Found, k.Remedy = Warning, k.Found+"; "+strings.Join(e.Warnings, "; "),
			"gitpost urls --explain shows all warnings and what was inferred"
	}
	return k
}

// posts reads every post, writes it back unchanged, and tries an app's edit on a copy.
func (d Diagnosis) posts(ctx context.Context, v *survey.Survey) Check {
	k := Check{Name: "posts", Result: Passed}
	for _, name := range v.Names() {
		if problem := v.Problem(name); problem != "" && survey.LooksLikeContent(name) {
			k.Result = Failed
			k.Posts = append(k.Posts, PostDifference{Path: name, Reason: problem})
		}
	}
	for _, page := range v.Listed {
		if ctx.Err() != nil {
			return Check{Name: k.Name, Result: Skipped, Found: "interrupted"}
		}
		src, err := v.Source(page.Path)
		if err != nil {
			k.Result = Failed
			k.Posts = append(k.Posts, PostDifference{Path: page.Path, URL: page.URL, Reason: err.Error()})
			continue
		}
		if problem, broken := roundTrip(v, src); problem != "" {
			if broken {
				k.Result = Failed
			} else if k.Result == Passed {
				k.Result = Warning
			}
			k.Posts = append(k.Posts, PostDifference{Path: page.Path, URL: page.URL, Reason: problem})
		}
	}
	switch k.Result {
	case Passed:
		k.Found = fmt.Sprintf("all %d can be read, and an update changes nothing but what it is about", len(v.Listed))
	case Warning:
		k.Found, k.Remedy = fmt.Sprintf("%d of %d cannot be changed by an app", len(k.Posts), len(v.Listed)),
			"change those in a text editor, or write their front matter in a simpler way"
	default:
		k.Found, k.Remedy = counted(len(k.Posts), "file")+" cannot be read or kept unchanged",
			"fix their front matter in a text editor; apps do not see them until then"
	}
	return k
}

// sides reports files that hold properties of posts which are not there.
func (d Diagnosis) sides(v *survey.Survey) []Check {
	var stray []string
	for _, name := range v.Names() {
		if stem, ok := v.Site.SideOf(name); ok && !v.Exists(stem+".md") && !v.Exists(stem+".markdown") {
			stray = append(stray, name)
		}
	}
	if len(stray) == 0 {
		return nil
	}
	return []Check{{Name: "side files", Result: Warning,
		Found:  counted(len(stray), "file") + " without a post: " + strings.Join(stray[:min(len(stray), mostWarnings)], ", "),
		Remedy: "rename each like its post, which was renamed, or delete it with its post"}}
}

// roundTrip returns what prevents reading a post and writing it back (broken), or an edit by an app.
func roundTrip(v *survey.Survey, src site.Source) (problem string, broken bool) {
	doc, err := v.Site.ParseSource(src)
	if err != nil {
		return err.Error(), true
	}
	if !bytes.Equal(doc.Bytes(), src.Data) {
		return "it does not come back byte by byte; please report this file", true
	}
	same, err := v.Site.Revise(v, src, func(*mf2.Item) error { return nil })
	if err != nil {
		return plainFault(err), true
	}
	if !bytes.Equal(same.Data, src.Data) || !bytes.Equal(same.Side, src.Side) {
		return "an update that changes nothing would change it; please report this file", true
	}
	_, err = v.Site.Revise(v, src, func(item *mf2.Item) error {
		item.Properties["category"] = append(item.Properties["category"], "gitpost-doctor")
		return nil
	})
	if err != nil {
		return plainFault(err), false
	}
	return "", false
}

func plainFault(err error) string {
	var known *fault.Error
	if errors.As(err, &known) {
		return known.Description()
	}
	return err.Error()
}

// counted is a number of things: 1 post, 2 posts.
func counted(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return fmt.Sprintf("%d %s", n, noun)
}
