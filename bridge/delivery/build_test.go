package delivery

import (
	"net/http"
	"testing"
)

func TestHostsReportTheEndOfABuild(t *testing.T) {
	gitHub := func(event string) http.Header { return http.Header{"X-Github-Event": {event}} }
	netlify := http.Header{"X-Netlify-Event": {"deploy_created"}}
	vercel := http.Header{"X-Vercel-Signature": {"00"}}
	cloudflare := http.Header{"Cf-Webhook-Auth": {"s"}}
	for _, c := range []struct {
		name   string
		header http.Header
		body   string
		ended  bool
		want   string // of a failed build
	}{
		{"Netlify, good", netlify, `{"state":"ready","ssl_url":"https://blog.example","context":"production"}`, true, ""},
		{"Netlify, failed", netlify,
			`{"state":"error","error_message":"exit 1","admin_url":"https://app.example/s","context":"production"}`, true,
			"the build failed, says Netlify: exit 1 (https://app.example/s)"},
		{"Netlify, begun", netlify, `{"state":"building","context":"production"}`, false, ""},
		{"Netlify, a preview", netlify, `{"state":"error","context":"deploy-preview"}`, false, ""},
		{"GitHub, deployed", gitHub("deployment_status"),
			`{"deployment_status":{"state":"success","environment_url":"https://blog.example/"}}`, true, ""},
		{"GitHub, not deployed", gitHub("deployment_status"),
			`{"deployment_status":{"state":"failure","description":"no","log_url":"https://l.example"}}`,
			true, "the build failed, says GitHub: no (https://l.example)"},
		{"GitHub, being deployed", gitHub("deployment_status"), `{"deployment_status":{"state":"in_progress"}}`, false, ""},
		{"GitHub, page built", gitHub("page_build"), `{"build":{"status":"built"}}`, true, ""},
		{"GitHub, page not built", gitHub("page_build"), `{"build":{"status":"errored","error":{"message":"bad Liquid"}}}`,
			true, "the build failed, says GitHub: bad Liquid"},
		{"GitHub, workflow", gitHub("workflow_run"), `{"action":"completed","workflow_run":{"conclusion":"success"}}`, true,
			""},
		{"GitHub, workflow failed", gitHub("workflow_run"),
			`{"action":"completed","workflow_run":{"name":"Site","conclusion":"failure","html_url":"https://r.example"}}`, true,
			"the build failed, says GitHub: the workflow Site ended with failure (https://r.example)"},
		{"GitHub, workflow begun", gitHub("workflow_run"), `{"action":"requested","workflow_run":{"conclusion":null}}`, false,
			""},
		{"GitHub, another event", gitHub("push"), `{}`, false, ""},
		{"Cloudflare, good", cloudflare,
			`{"alert_type":"pages_event_alert","data":{"event":"EVENT_DEPLOYMENT_SUCCESS","environment":"ENVIRONMENT_PRODUCTION"}}`, true, ""},
		{"Cloudflare, failed", cloudflare, `{"text":"Deployment failed: blog","data":{"event":"EVENT_DEPLOYMENT_FAILED"}}`,
			true, "the build failed, says Cloudflare: Deployment failed: blog"},
		{"Cloudflare, begun", cloudflare, `{"text":"started","data":{"event":"EVENT_DEPLOYMENT_STARTED"}}`, false, ""},
		{"Vercel, good", vercel, `{"type":"deployment.succeeded","payload":{"target":"production"}}`, true, ""},
		{"Vercel, failed", vercel, `{"type":"deployment.error","payload":{"links":{"deployment":"https://v.example"}}}`, true,
			"the build failed, says Vercel (https://v.example)"},
		{"Vercel, a preview", vercel, `{"type":"deployment.error","payload":{"target":"staging"}}`, false, ""},
		{"plain, empty", http.Header{}, "", true, ""},
		{"plain, no JSON", http.Header{}, "done", true, ""},
		{"plain, failed", http.Header{}, `{"status":"failed","message":"disk full"}`, true, "the build failed: disk full"},
		{"plain, begun", http.Header{}, `{"status":"building"}`, false, ""},
		{"plain, of another shape", http.Header{}, `{"status":7}`, true, ""},
	} {
		b, ended := ParseBuild(c.header, []byte(c.body))
		got := ""
		if b.Failed {
			got = b.String()
		}
		if ended != c.ended || ended && got != c.want {
			t.Errorf("%s: ended %t, %q; want %t, %q", c.name, ended, got, c.ended, c.want)
		}
	}
}

func FuzzParseBuild(f *testing.F) {
	f.Add("X-Github-Event", "deployment_status", []byte(`{"deployment_status":{"state":"success"}}`))
	f.Add("X-Netlify-Event", "deploy_failed", []byte(`{"state":"error"}`))
	f.Fuzz(func(t *testing.T, name, value string, body []byte) {
		b, ended := ParseBuild(http.Header{name: {value}}, body)
		if !ended && b.Failed {
			t.Errorf("a failed build has not ended: %+v", b)
		}
	})
}
