package owner

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"gitpost/bridge/fault"
	"gitpost/bridge/state"
)

// SignIn starts a session and returns its secret. The error is fault.Forbidden for a wrong
// password, and fault.TooManyRequests with the time to wait after too many wrong ones from the
// address.
func (o *Owner) SignIn(ctx context.Context, address, browser, password string) (session string, err error) {
	const op = "sign in"
	owner, err := o.db.Owner(ctx)
	if err != nil {
		return "", unavailable(op, err)
	}
	if owner.Password == "" {
		return "", &fault.Error{
			Code: fault.Forbidden, Op: op, Message: "no password is set",
			Hint: "sign in with a passkey, or run gitpost passwd where gitpost runs",
		}
	}
	if wait := o.attempts.begin(address, o.now()); wait > 0 {
		o.refused(ctx, address)
		return "", tooMany(op, wait, ", or sign in with a passkey, which is never limited")
	}
	check := ctx
	if !strings.HasPrefix(address, devicePrefix) {
		check = asStranger(ctx)
	}
	right, current, err := o.hasher.matches(check, password, owner.Password)
	if err != nil {
		return "", unavailable(op, err)
	}
	if !right {
		o.refused(ctx, address)
		return "", &fault.Error{Code: fault.Forbidden, Op: op, Message: "the password is wrong", Hint: "try again"}
	}
	o.attempts.succeeded(address)
	if !current {
		if phc, err := o.hasher.hash(ctx, password); err == nil {
			if err := o.db.StrengthenPassword(ctx, owner.Password, phc); err != nil {
				return "", unavailable(op, err)
			}
		}
	}
	return o.startSession(ctx, browser)
}

// refused counts a refused sign-in in the security log, whose errors do not matter here.
func (o *Owner) refused(ctx context.Context, address string) {
	_ = o.db.Refused(context.WithoutCancel(ctx), state.SignInRefused, network(address), o.now())
}

func tooMany(op string, wait time.Duration, otherwise string) error {
	return &fault.Error{
		Code: fault.TooManyRequests, Op: op, RetryAfter: wait, Message: "too many wrong passwords came from your address",
		Hint: "wait " + inWords(wait) + otherwise,
	}
}

// ChangePassword sets a new password. The owner must be signed in and, if there is a password,
// enter it. It ends all sessions and returns a new one.
func (o *Owner) ChangePassword(
	ctx context.Context, address, browser, current, password string,
) (session string, err error) {
	const op = "change the password"
	owner, err := o.db.Owner(ctx)
	if err != nil {
		return "", unavailable(op, err)
	}
	if owner.Password != "" {
		// The limit of signing in applies too, so that a stolen session cannot guess faster.
		if wait := o.attempts.begin(address, o.now()); wait > 0 {
			return "", tooMany(op, wait, "")
		}
		right, _, err := o.hasher.matches(ctx, current, owner.Password)
		if err != nil {
			return "", unavailable(op, err)
		}
		if !right {
			return "", &fault.Error{
				Code: fault.Forbidden, Op: op, Message: "the current password is wrong",
				Hint: "enter the one that you sign in with",
			}
		}
		o.attempts.succeeded(address)
	}
	if err := o.SetPassword(ctx, password, ""); err != nil {
		return "", err
	}
	return o.startSession(ctx, browser)
}

// SetPassword sets the password and ends all sessions. If setup is the secret of a set-up link,
// it uses up the link; if it is "", the caller has authorized the change.
func (o *Owner) SetPassword(ctx context.Context, password, setup string) error {
	if setup != "" {
		if err := o.CheckSetup(ctx, setup); err != nil {
			return err // before the expensive hash
		}
	}
	if err := checkNew(password); err != nil {
		return err
	}
	phc, err := o.hasher.hash(ctx, password)
	if err != nil {
		return err
	}
	return asSetup("set the password", o.db.SetPassword(ctx, phc, setup))
}

// SetUp sets the password by a set-up link and starts a session.
func (o *Owner) SetUp(ctx context.Context, browser, password, setup string) (session string, err error) {
	if setup == "" {
		return "", errSetup("set the password")
	}
	if err := o.SetPassword(ctx, password, setup); err != nil {
		return "", err
	}
	return o.startSession(ctx, browser)
}

func (o *Owner) startSession(ctx context.Context, browser string) (string, error) {
	now := o.now()
	secret, err := o.db.CreateSession(ctx, state.Session{
		Browser: browser, Created: now, Used: now, Expires: now.Add(SessionLifetime),
	})
	if err != nil {
		return "", unavailable("sign in", err)
	}
	return secret, nil
}

// Fresh reports whether a session is new enough for actions that outlive it, such as creating a
// token.
func (o *Owner) Fresh(s state.Session) bool { return o.now().Sub(s.Created) < SessionFresh }

// Session returns the session of a secret; ok is false when it has ended.
func (o *Owner) Session(ctx context.Context, secret string) (s state.Session, ok bool, err error) {
	if secret == "" {
		return state.Session{}, false, nil
	}
	s, err = o.db.Session(ctx, secret, SessionIdle, o.now())
	if errors.Is(err, state.ErrNoSession) {
		return state.Session{}, false, nil
	}
	if err != nil {
		return state.Session{}, false, unavailable("look up the session", err)
	}
	return s, true, nil
}

// Sessions lists the current sessions, the last used first.
func (o *Owner) Sessions(ctx context.Context) ([]state.Session, error) {
	return o.db.Sessions(ctx, SessionIdle, o.now())
}

// SignOut ends the session of a secret.
func (o *Owner) SignOut(ctx context.Context, secret string) error {
	return o.db.DeleteSession(ctx, secret)
}

// SignOutEverywhere ends all sessions.
func (o *Owner) SignOutEverywhere(ctx context.Context) error { return o.db.DeleteSessions(ctx) }

// NewSetup creates a set-up link and returns its secret; older links become invalid.
func (o *Owner) NewSetup(ctx context.Context) (secret string, err error) {
	return o.db.CreateSetup(ctx, o.now().Add(SetupLifetime))
}

// FirstSetup creates a set-up link and returns its secret if there is no owner and no link yet,
// else "".
func (o *Owner) FirstSetup(ctx context.Context) (secret string, err error) {
	return o.db.CreateFirstSetup(ctx, o.now().Add(SetupLifetime))
}

// CheckSetup returns nil for a valid set-up link. It does not use it up.
func (o *Owner) CheckSetup(ctx context.Context, secret string) error {
	if secret == "" {
		return errSetup("set up")
	}
	return asSetup("set up", o.db.Setup(ctx, secret))
}

func errSetup(op string) error {
	return &fault.Error{
		Code: fault.Forbidden, Op: op,
		Message: "the set-up link is not good: it was used, has expired or was replaced by a newer one",
		Hint:    "run gitpost passwd where gitpost runs; it prints a new one",
	}
}

func asSetup(op string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, state.ErrNoSetup):
		return errSetup(op)
	}
	return unavailable(op, err)
}

// unavailable turns an error into fault.Unavailable; a *fault.Error is returned unchanged.
func unavailable(op string, err error) error {
	var known *fault.Error
	if errors.As(err, &known) {
		return err
	}
	return &fault.Error{
		Code: fault.Unavailable, Op: op, Message: "this is temporarily unavailable",
		Hint: "try again; the server's log has the cause", Err: err,
	}
}

func inWords(d time.Duration) string {
	switch n := int((d + time.Second - 1) / time.Second); {
	case n <= 1:
		return "a second"
	case n <= 90:
		return fmt.Sprintf("%d seconds", n)
	}
	return fmt.Sprintf("%d minutes", int((d+time.Minute-1)/time.Minute))
}
