package pages

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"gitpost/bridge/delivery"
	"gitpost/bridge/fault"
	"gitpost/bridge/language"
	"gitpost/bridge/state"
)

// TestKnownSentencesAreThoseOfErrors finds each known sentence in the code that makes the error.
func TestKnownSentencesAreThoseOfErrors(t *testing.T) {
	found := map[string]bool{
		sentence(delivery.Build{Reason: "%s"}.String()): true, sentence(delivery.Build{Host: "%s"}.String()): true,
	}
	var patterns []*regexp.Regexp // of texts that are put together with what is not written there
	for _, folder := range []string{".", "..", "../owner", "../editor", "../blog", "../media", "../micropub",
		"../delivery"} {
		files, err := filepath.Glob(filepath.Join(folder, "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") || filepath.Base(file) == "known.go" {
				continue
			}
			tree, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			ast.Inspect(tree, func(n ast.Node) bool {
				e, ok := n.(ast.Expr)
				if !ok {
					return true
				}
				text := written(e)
				found[sentence(text)] = true
				if _, joined := e.(*ast.BinaryExpr); joined && len(text) > 12 {
					patterns = append(patterns,
						regexp.MustCompile("^"+strings.ReplaceAll(regexp.QuoteMeta(sentence(text)), "%s", ".+")+"$"))
				}
				return true
			})
		}
	}
	for _, text := range known {
		ok := found[string(text)]
		for _, p := range patterns {
			ok = ok || p.MatchString(string(text))
		}
		if !ok {
			t.Errorf("no error says %q", text)
		}
	}
}

// written is the text of an expression, with %s for what is not written there.
func written(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.BasicLit:
		if s, err := strconv.Unquote(e.Value); err == nil && e.Kind == token.STRING {
			return regexp.MustCompile(`%\[?\d*\]?[sdvw]`).ReplaceAllString(strings.ReplaceAll(s, "%q", `"%s"`), "%s")
		}
	case *ast.BinaryExpr:
		if e.Op == token.ADD {
			return written(e.X) + written(e.Y)
		}
	}
	return "%s"
}

func TestErrorsAreSaidInTheOwnersLanguage(t *testing.T) {
	german := language.Choose("de", "")
	for _, c := range []struct {
		err  *fault.Error
		want string // message and hint
	}{
		{&fault.Error{Message: "the password is wrong", Hint: "try again"},
			"Das Passwort ist falsch. Versuche es noch einmal."},
		{&fault.Error{Message: "there is no post at https://a.example/100%d/",
			Hint: "take the URL from the Location of the post"},
			"Unter https://a.example/100%d/ gibt es keinen Beitrag. Er wurde gelöscht oder verschoben."},
		{&fault.Error{Message: `the field "Title" is empty`, Hint: "x"}, `Das Feld „Titel“ ist leer. X.`},
		{&fault.Error{Code: fault.TooManyRequests, RetryAfter: 61 * time.Second, Message: "no"}, "No. Warte 2 Minuten."},
		{&fault.Error{Message: "100% of it is %s unknown", Hint: ""}, "100% of it is %s unknown. "},
	} {
		p := asProblem(c.err)
		if got := say(german, p.Message).(string) + " " + say(german, p.Hint).(string); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}

func TestDeliveriesAreSaidInTheOwnersLanguage(t *testing.T) {
	german, now := language.Choose("de", ""), time.Now()
	row := state.Delivery{Kind: delivery.Live, State: state.DeliveryWaiting, Tries: 3, Begun: now.Add(-12 * time.Minute),
		Result: "the site answers as before; the build failed, says Netlify: no space"}
	late := "Gepusht vor 12 Minuten und noch nicht auf der Website. Die Website antwortet wie zuvor. Der Build ist fehlgeschlagen, meldet Netlify: no space."
	done := row
	done.State, done.Result = state.DeliveryDone, "live after 1m5s"
	skipped := row
	skipped.State = state.DeliverySkipped
	mention := state.Delivery{Kind: delivery.Webmention, State: state.DeliverySkipped,
		Result: "the page takes no webmentions"}
	for _, c := range []struct {
		row  state.Delivery
		want string
	}{{row, late}, {done, "Nach 1m5s online."}, {skipped, "Wird nicht verfolgt."}, {mention,
		"Die Seite nimmt keine Webmentions an."}} {
		var said []string
		for _, s := range deliveryWords(c.row, now) {
			said = append(said, say(german, s).(string))
		}
		if got := strings.Join(said, " "); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}
