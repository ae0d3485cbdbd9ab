package access_test

import (
	"slices"
	"strings"
	"testing"

	"gitpost/bridge/access"
)

// The table of scopes and actions, written out: a change of one must be meant.
func TestScopesAllowTheirActions(t *testing.T) {
	all := []access.Action{
		access.CreatePost, access.UpdatePost, access.DeletePost, access.Undelete, access.ReadUnpublished,
		access.CreateContact,
		access.UpdateContact, access.DeleteContact, access.ReadContacts, access.UploadFile, access.ReadUploads,
		access.DeleteStagedFile, access.ReplaceFiles, access.DeleteFile, access.ReadProfile, access.ReadEmail,
	}
	note, draft := access.Post{Type: "note"}, access.Post{Type: "photo", Draft: true}
	for _, tt := range []struct {
		scope       string
		note, draft string // one letter for each action, or a dot
	}{
		{"create", "c....C...ul.m...", "c....C...ul.m..."},
		{"draft", ".........u......", "cu..r....u......"},
		{"update", ".u..r.U.R.l.....", ".u..r.U.R.l....."},
		{"post", "cu..rCU.Rul.m...", "cu..rCU.Rul.m..."},
		{"delete", "..d....D...s.f..", "..d....D...s.f.."},
		{"undelete", "...n............", "...n............"},
		{"media", ".........ulsm...", ".........ulsm..."},
		{"read", "....r...R.......", "....r...R......."},
		{"profile", "..............p.", "..............p."},
		{"email", "...............e", "...............e"},
		{"create:note", "c........ul.....", "................"},
		{"update:photo", "................", ".u..r.....l....."},
		{"delete:note", "..d.............", "................"},
		{"read:note", "................", "................"},
		{"undelete:note", "................", "................"},
		{"media:note", "................", "................"},
		{"draft:photo", "................", "................"},
		{"create:", "................", "................"},
		{"publish", "................", "................"},
		{"", "................", "................"},
	} {
		const letters = "cudnrCUDRulsmfpe"
		got := func(post access.Post) string {
			var b strings.Builder
			who := access.Principal{Scope: []string{tt.scope}}
			for i, a := range all {
				if who.MayWith(a, post) {
					b.WriteByte(letters[i])
				} else {
					b.WriteByte('.')
				}
			}
			return b.String()
		}
		if n, d := got(note), got(draft); n != tt.note || d != tt.draft {
			t.Errorf("%q allows %s for a note and %s for a draft, want %s and %s", tt.scope, n, d, tt.note, tt.draft)
		}
	}
	for _, a := range all {
		err := access.Principal{Scope: []string{"none"}}.RequireSome("do it", a)
		if err == nil || !slices.ContainsFunc(access.Scopes(), func(s access.Scope) bool {
			return strings.Contains(err.Error(), `"`+s.Word+`"`)
		}) {
			t.Errorf("%s: the refusal names no scope: %v", a, err)
		}
	}
}
