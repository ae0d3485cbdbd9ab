package micropub_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"testing/iotest"

	"gitpost/bridge/fault"
	"gitpost/bridge/micropub"
)

func TestLimitsAreToldNotCrashedInto(t *testing.T) {
	limits := micropub.Limits{Body: 1000, Depth: 5, Properties: 10}
	many := func(n int, format, separator string) string {
		parts := make([]string, n)
		for i := range parts {
			parts[i] = fmt.Sprintf(format, i)
		}
		return strings.Join(parts, separator)
	}
	for _, c := range []struct {
		name, contentType, body string
		want                    fault.Code // "" when it fits
	}{
		{"a body at the limit", formType, "content=" + strings.Repeat("a", 992), ""},
		{"a body over it", formType, "content=" + strings.Repeat("a", 993), fault.TooLarge},
		{"JSON over it", jsonType, `{"properties":{"content":["` + strings.Repeat("a", 993) + `"]}}`, fault.TooLarge},
		{"names at the limit", formType, many(10, "p%d=x", "&"), ""},
		{"names over it", formType, many(11, "p%d=x", "&"), fault.InvalidRequest},
		{"nested names over it", formType, many(11, "p[n%d]=x", "&"), fault.InvalidRequest},
		{"values are no names", formType, many(50, "p[]=%d", "&"), ""},
		{"JSON names at the limit", jsonType, `{"properties":{` + many(10, `"p%d":["x"]`, ",") + `}}`, ""},
		{"JSON names over it", jsonType, `{"properties":{` + many(11, `"p%d":["x"]`, ",") + `}}`, fault.InvalidRequest},
		{"JSON names inside objects", jsonType, `{"properties":{"a":[{` + many(10, `"p%d":"x"`, ",") + `}]}}`,
			fault.InvalidRequest},
		{"depth at the limit", jsonType, `{"properties":{"a":[[[1]]]}}`, ""},
		{"depth over it", jsonType, `{"properties":{"a":[[[[1]]]]}}`, fault.InvalidRequest},
		{"brackets at the limit", formType, "a[b][c][d][e][f]=x", ""},
		{"brackets over it", formType, "a[b][c][d][e][f][g]=x", fault.InvalidRequest},
		{"a long name", formType, strings.Repeat("n", 201) + "=x", fault.InvalidRequest},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := micropub.Parse(post(c.contentType, strings.NewReader(c.body)), limits, &memory{})
			if c.want == "" {
				if err != nil {
					t.Errorf("was refused: %v", err)
				}
			} else if fault.CodeOf(err) != c.want {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
}

func TestABrokenBodyIsARequestsFault(t *testing.T) {
	for _, c := range []struct {
		name string
		err  error
		code fault.Code
		say  string
	}{
		{"connection lost", io.ErrUnexpectedEOF, fault.InvalidRequest, "is incomplete"},
		{"client gone", context.Canceled, fault.InvalidRequest, "is incomplete"},
		{"stopped arriving", os.ErrDeadlineExceeded, fault.InvalidRequest, "stopped arriving"},
		{"limit of the server", &http.MaxBytesError{Limit: 5 << 20}, fault.TooLarge, "larger than 5 MB"},
	} {
		for _, contentType := range []string{formType, jsonType, "multipart/form-data; boundary=x"} {
			t.Run(c.name+" "+contentType, func(t *testing.T) {
				body := io.MultiReader(strings.NewReader("--x\r\nContent-Disposition: form-data; name=content\r\n\r\nHel"),
					iotest.ErrReader(c.err))
				req, err := micropub.Parse(post(contentType, body), micropub.Limits{}, &memory{})
				if fault.CodeOf(err) != c.code || !strings.Contains(err.Error(), c.say) || req.Command != nil {
					t.Errorf("got %#v, %v; want %s with %q", req.Command, err, c.code, c.say)
				}
			})
		}
	}
}

func TestHostileRequestsCostNoMoreThanTheirLength(t *testing.T) {
	// Read naively, each of these takes time or memory many times the body's.
	for _, c := range []struct{ contentType, body string }{
		{formType, strings.Repeat("&", 1<<20)},
		{formType, "content=x" + strings.Repeat("& x", 1<<20)},
		{formType, "content=x" + strings.Repeat("& ", 1<<20)},
		{formType, "x" + strings.Repeat("[]", 1<<20) + "=1"},
		{formType, strings.Repeat("a[][b]=1&a[][c]=2&", 1<<15)},
		{formType, "x=" + strings.Repeat("%", 1<<20)},
		{jsonType, `{"properties":{"a":` + strings.Repeat(`{"type":"h-a","properties":{"a":`, 30) + `1` +
			strings.Repeat("}}", 30) + `}}`},
		{jsonType, `{"properties":{"a":[` + strings.Repeat("[],", 1<<20) + `[]]}}`},
		{jsonType, strings.Repeat("[", 1<<20)},
		{jsonType, strings.Repeat(`{"a":`, 1<<20)},
	} {
		allocated := testing.AllocsPerRun(1, func() {
			limits := micropub.Limits{Text: 8 << 20} // above the body
			_, err := micropub.Parse(post(c.contentType, strings.NewReader(c.body)), limits, &memory{})
			if err != nil && fault.CodeOf(err) != fault.InvalidRequest {
				t.Errorf("%.20q…: %v", c.body, err)
			}
		})
		if allocated > 1<<20 {
			t.Errorf("%.20q… (%d bytes) took %.0f allocations", c.body, len(c.body), allocated)
		}
	}
}
