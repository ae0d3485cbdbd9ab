package generator

import "testing"

func TestVersionsCompareByNumber(t *testing.T) {
	for _, tt := range []struct {
		have, want string
		atLeast    bool
	}{
		{"0.123.0", "0.123.0", true}, {"0.99.1", "0.123.0", false}, {"0.123", "0.123.0", true},
		{"1.0.0", "0.165.0", true}, {"0.147.9", "0.147.10", false}, {"0.152.0-DEV", "0.152.0", true},
	} {
		if got := AtLeast(tt.have, tt.want); got != tt.atLeast {
			t.Errorf("%s at least %s: %v", tt.have, tt.want, got)
		}
	}
}
