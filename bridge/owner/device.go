package owner

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"strings"
)

// NewDevice returns a value for a long-lived cookie, to be set after a sign-in. It authenticates
// nobody. Wrong passwords from a browser that sends it are counted separately, so that others at
// the same address, for example behind one proxy, cannot lock the owner out. A new password
// makes all of them invalid.
func (o *Owner) NewDevice(ctx context.Context) (string, error) {
	id := rand.Text()
	mac, err := o.deviceMAC(ctx, id)
	if err != nil {
		return "", unavailable("remember the browser", err)
	}
	return id + "." + mac, nil
}

// LimitBy returns the address by which SignIn and ChangePassword must limit a client: the device
// of its cookie if that is valid, else its network address.
func (o *Owner) LimitBy(ctx context.Context, address, device string) string {
	id, mac, ok := strings.Cut(device, ".")
	if !ok || len(device) > 200 {
		return address
	}
	want, err := o.deviceMAC(ctx, id)
	if err != nil || !hmac.Equal([]byte(mac), []byte(want)) {
		return address
	}
	return devicePrefix + id
}

// devicePrefix begins the address of a browser in which the owner signed in before.
const devicePrefix = "device "

func (o *Owner) deviceMAC(ctx context.Context, id string) (string, error) {
	owner, err := o.db.Owner(ctx)
	if err != nil {
		return "", err
	}
	m := hmac.New(sha256.New, []byte(owner.Password))
	m.Write(owner.Handle)
	m.Write([]byte(devicePrefix + id))
	return base64.RawURLEncoding.EncodeToString(m.Sum(nil)), nil
}
