package pages

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"gitpost/bridge/delivery"
	"gitpost/bridge/language"
	"gitpost/bridge/state"
)

// known are the sentences of errors and deliveries that the pages say in the owner's language, as sentence writes
// them, with %s for what stands in them. All others are said as they are, in English. A test looks for each in the
// source, so that none outlives the error that it is of.
var known = []language.Text{
	// Signing in.
	language.Text("The password is wrong."), language.Text("Try again."), language.Text("The current password is wrong."),
	language.Text("Enter the one that you sign in with."), language.Text("The two passwords are not the same."),
	language.Text("Enter the new password twice."), language.Text("The password has less than %s characters."),
	language.Text("The password is one character repeated."), language.Text("Use, for example, four unrelated words."),
	language.Text("Too many wrong passwords came from your address."),
	language.Text("The set-up link is not good: it was used, has expired or was replaced by a newer one."),
	language.Text("Run gitpost passwd where gitpost runs; it prints a new one."),
	language.Text("The passkey was not accepted."), language.Text("Try again, or sign in another way."),
	language.Text("This passkey is the only way to sign in."),
	language.Text("Set a password or add another passkey first."),
	language.Text("A form of another site was refused."), language.Text("Open %s and do it there."),
	// Apps.
	language.Text("The token has no name, or a very long one."),
	language.Text("Name the app or the device that will use it."),
	language.Text("The token may do nothing."), language.Text("Switch on what it may do."),
	language.Text("No site is chosen."), language.Text("Choose at least one."),
	language.Text("There is no such token."), language.Text("Open the list of apps again."),
	language.Text("It is too late to undo this."), language.Text("Connect the app again, or make a new token."),
	// Writing.
	language.Text("The post was changed elsewhere while you edited it."),
	language.Text("Compare both texts below; what you save now replaces the other one."),
	language.Text("There is no post at %s."), language.Text("It was deleted or moved."),
	language.Text("The post is empty."), language.Text("Write something first."),
	language.Text(`The field "%s" is empty.`), language.Text("Fill it in, or choose another type."),
	language.Text("This photo post has no photo."), language.Text("Add one, or choose the type Note."),
	language.Text("This article has no title."), language.Text("This page has no title."),
	language.Text("Write one, or choose the type Note."),
	language.Text("The form is larger than %s MB."), language.Text("Send fewer or smaller files."),
	language.Text(`The file "%s" is larger than %s.`), language.Text("Send a smaller one; nothing was posted."),
	language.Text("There is no such file."), language.Text("Open the list of files again."),
	language.Text("%s still refers to that file."),
	language.Text("Remove it from that page first, or delete the post."),
	language.Text("Another post now has the file %s."), language.Text("Move that file, then undelete again."),
	// The server.
	language.Text("There is nothing at %s."), language.Text("The server met an unexpected error."),
	language.Text("Its log has the cause."), language.Text("Internal error; nothing was changed."),
	language.Text("The server's disk is full."), language.Text("The upload broke off."), language.Text("Send it again."),
	language.Text("The site %s cannot be used yet: %s."), language.Text("Nothing was changed; try again later."),
	// Deliveries.
	language.Text("The site answers as before."), language.Text("The site answers %s."),
	language.Text("The site cannot be reached: %s."), language.Text("The build failed: %s."),
	language.Text("The build failed, says %s."), language.Text("The build failed."),
	language.Text("Live after %s."), language.Text("Gone after %s."), language.Text("The page takes no webmentions."),
	language.Text("The page answers %s."), language.Text("Its webmention endpoint answers %s."),
	language.Text("Told; it answers %s."), language.Text("The post no longer links to it."),
	language.Text("The addresses of the copies are in the post."),
	language.Text("Waits for the copies at other targets."),
}

// knownPattern is a sentence with something in it.
type knownPattern struct {
	text    language.Text
	pattern *regexp.Regexp
}

// knownPatterns are those of the known sentences that have something in them, the longest first: it says most.
var knownPatterns = sync.OnceValue(func() (list []knownPattern) {
	for _, text := range known {
		if strings.Contains(string(text), "%s") {
			pattern := strings.ReplaceAll(regexp.QuoteMeta(string(text)), "%s", "(.+)")
			list = append(list, knownPattern{text, regexp.MustCompile("(?s)^" + pattern + "$")})
		}
	}
	slices.SortStableFunc(list, func(a, b knownPattern) int { return cmp.Compare(len(b.text), len(a.text)) })
	return list
})

// recognise returns a sentence that can be said in other languages, if it is a known one.
func recognise(said string) language.Sentence {
	if slices.Contains(known, language.Text(said)) {
		return language.Sentence{Text: language.Text(said)}
	}
	for _, k := range knownPatterns() {
		if m := k.pattern.FindStringSubmatch(said); m != nil {
			s := language.Sentence{Text: k.text}
			for _, part := range m[1:] {
				s.Args = append(s.Args, language.Text(part)) // the name of a field has a translation too
			}
			return s
		}
	}
	return language.Sentence{Text: language.Text(said)}
}

// deliveryWords says how far a delivery is.
func deliveryWords(row state.Delivery, now time.Time) []language.Sentence {
	const failed = "the build failed"
	result := func(list ...language.Sentence) []language.Sentence {
		answer, build, hasFailed := strings.Cut(row.Result, failed)
		if answer = strings.TrimSuffix(answer, "; "); answer != "" {
			list = append(list, recognise(sentence(answer)))
		}
		if hasFailed {
			list = append(list, recognise(sentence(failed+build)))
		}
		return list
	}
	pushed := ago(now.Sub(row.Begun))
	switch delivery.StageOf(row, now) {
	case delivery.OnItsWay:
		if row.Kind == delivery.Live {
			return []language.Sentence{language.Say("On its way to the site.")}
		}
		return []language.Sentence{language.Say("On its way.")}
	case delivery.Scheduled:
		return []language.Sentence{language.Say("Scheduled.")}
	case delivery.Building:
		return []language.Sentence{language.Say("Pushed. The site is being built.")}
	case delivery.NotShown:
		switch row.Action {
		case "delete":
			return result(language.Say("Deletion pushed %s, and the site still shows the post.", pushed))
		case "update":
			return result(language.Say("Change pushed %s, and the site still shows the old version.", pushed))
		}
		return result(language.Say("Pushed %s, and not on the site yet.", pushed))
	case delivery.Again:
		return result(language.Say("It will be tried again."))
	case delivery.NotFollowed:
		return []language.Sentence{language.Say("Not followed.")}
	}
	return result()
}
