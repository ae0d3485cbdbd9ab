package owner

import (
	"strings"
	"testing"

	"gitpost/bridge/fault"
)

// Behind a proxy that is not trusted all clients have one address. A stranger there must not lock
// out an owner who has only a password.
func TestStrangersAtTheOwnersAddressDoNotLockOutAKnownBrowser(t *testing.T) {
	o, _, _ := withPassword(t)
	device, err := o.NewDevice(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for range 20 {
		o.SignIn(t.Context(), o.LimitBy(t.Context(), address, "forged."+strings.Repeat("x", 43)), browser, "wrong")
	}
	_, err = o.SignIn(t.Context(), address, browser, right)
	wantCode(t, "without the cookie", err, fault.TooManyRequests)
	if _, err := o.SignIn(t.Context(), o.LimitBy(t.Context(), address, device), browser, right); err != nil {
		t.Errorf("with the cookie: %v", err)
	}
}

// A stolen cookie is no way around the limit.
func TestAKnownBrowserIsLimitedToo(t *testing.T) {
	o, _, _ := withPassword(t)
	device, err := o.NewDevice(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	limit := o.LimitBy(t.Context(), address, device)
	for range 20 {
		o.SignIn(t.Context(), limit, browser, "wrong")
	}
	_, err = o.SignIn(t.Context(), limit, browser, right)
	wantCode(t, "after 20 wrong passwords", err, fault.TooManyRequests)
}

func TestInvalidDevicesAreLimitedByAddress(t *testing.T) {
	o, _, _ := withPassword(t)
	device, err := o.NewDevice(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got := o.LimitBy(t.Context(), address, device); got == address {
		t.Error("a valid device is limited by its address")
	}
	id, mac, _ := strings.Cut(device, ".")
	for _, invalid := range []string{"", ".", "x", id, id + ".", id + "x." + mac, id + "." + mac[1:], device + "x",
		strings.Repeat("x", 1000) + "." + mac} {
		if got := o.LimitBy(t.Context(), address, invalid); got != address {
			t.Errorf("device %q is limited as %q", invalid, got)
		}
	}
	if err := o.SetPassword(t.Context(), "another long password", ""); err != nil {
		t.Fatal(err)
	}
	if got := o.LimitBy(t.Context(), address, device); got != address {
		t.Error("a device outlives the password")
	}
}
