package blog

import "time"

// Readiness is one site's part of /readyz.
func (b *Blog) Readiness() map[string]any {
	reason := b.Problem()
	answer := map[string]any{"ready": reason == ""}
	if reason != "" {
		answer["reason"] = reason
	}
	if !b.opened.Load() {
		return answer
	}
	st := b.store.Status()
	answer["branch"], answer["commit"], answer["unpushed"] = st.Branch, string(st.Tip), st.Unpushed
	if list := refusals(st); len(list) > 0 {
		answer["refused"] = list
	}
	if st.Moved != "" {
		answer["moved"] = st.Moved
	}
	if !st.OldestWait.IsZero() {
		answer["waiting_since"] = st.OldestWait.UTC().Format(time.RFC3339)
	}
	return answer
}
