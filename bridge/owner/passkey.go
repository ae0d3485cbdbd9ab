package owner

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"gitpost/bridge/fault"
	"gitpost/bridge/state"
)

// Grounds authorize adding a passkey: the secret of a set-up link or of a session, which the
// caller has checked. Exactly one is set.
type Grounds struct{ Setup, Session string }

// purpose binds a challenge to the grounds for which it was created.
func (g Grounds) purpose() string {
	if g.Setup != "" {
		return "add by link " + g.Setup
	}
	return "add by session " + g.Session
}

const toSignIn = "sign in"

// BeginPasskey returns the options for navigator.credentials.create, to be encoded as JSON.
func (o *Owner) BeginPasskey(ctx context.Context, g Grounds) (any, error) {
	const op = "add a passkey"
	if err := o.mayAdd(ctx, op, g); err != nil {
		return nil, err
	}
	who, err := o.person(ctx)
	if err != nil {
		return nil, unavailable(op, err)
	}
	options, _, err := o.registration(who, o.seal.challenge(g.purpose(), o.now()))
	if err != nil {
		return nil, unavailable(op, err)
	}
	return options, nil
}

// AddPasskey stores the passkey in a browser's response. With a set-up link it uses up the link,
// ends all sessions and returns a new one; else session is "".
func (o *Owner) AddPasskey(
	ctx context.Context, g Grounds, browser, name string, answer []byte,
) (session string, err error) {
	const op = "add a passkey"
	if err := o.mayAdd(ctx, op, g); err != nil {
		return "", err
	}
	parsed, err := protocol.ParseCredentialCreationResponseBytes(answer)
	if err != nil {
		return "", badAnswer(op, err)
	}
	challenge, err := o.answered(parsed.Response.CollectedClientData, g.purpose())
	if err != nil {
		return "", badAnswer(op, err)
	}
	who, err := o.person(ctx)
	if err != nil {
		return "", unavailable(op, err)
	}
	_, begun, err := o.registration(who, challenge)
	if err != nil {
		return "", unavailable(op, err)
	}
	credential, err := o.passkeys.CreateCredential(who, *begun, parsed)
	if err != nil {
		return "", badAnswer(op, err)
	}
	if err := o.seal.spend(challenge, o.now()); err != nil {
		return "", badAnswer(op, err)
	}
	record, err := json.Marshal(credential)
	if err != nil {
		return "", unavailable(op, err)
	}
	err = o.db.AddPasskey(ctx, state.Passkey{
		Credential: credential.ID, Name: tidyName(name, browser), Record: record, Created: o.now(),
	}, g.Setup)
	if errors.Is(err, state.ErrSamePasskey) {
		return "", &fault.Error{
			Code: fault.Conflict, Op: op, Message: "this passkey was added before", Hint: "sign in with it",
		}
	}
	if err := asSetup(op, err); err != nil || g.Setup == "" {
		return "", err
	}
	return o.startSession(ctx, browser)
}

// BeginSignIn returns the options for navigator.credentials.get, to be encoded as JSON.
func (o *Owner) BeginSignIn() (any, error) {
	const op = "sign in with a passkey"
	if o.passkeys == nil {
		return nil, errNoPasskeysHere(op)
	}
	options, _, err := o.assertion(o.seal.challenge(toSignIn, o.now()))
	if err != nil {
		return nil, unavailable(op, err)
	}
	return options, nil
}

// SignInByPasskey starts a session for a browser that responded with one of the owner's
// passkeys, and returns its secret.
func (o *Owner) SignInByPasskey(ctx context.Context, browser string, answer []byte) (session string, err error) {
	const op = "sign in with a passkey"
	if o.passkeys == nil {
		return "", errNoPasskeysHere(op)
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes(answer)
	if err != nil {
		return "", badAnswer(op, err)
	}
	challenge, err := o.answered(parsed.Response.CollectedClientData, toSignIn)
	if err != nil {
		return "", badAnswer(op, err)
	}
	who, err := o.person(ctx)
	if err != nil {
		return "", unavailable(op, err)
	}
	_, begun, err := o.assertion(challenge)
	if err != nil {
		return "", unavailable(op, err)
	}
	anyUser := func(_, _ []byte) (webauthn.User, error) { return who, nil } // there is only one
	_, credential, err := o.passkeys.ValidatePasskeyLogin(anyUser, *begun, parsed)
	if err != nil {
		return "", badAnswer(op, err)
	}
	if credential.Authenticator.CloneWarning {
		return "", &fault.Error{
			Code: fault.Forbidden, Op: op, Message: "the passkey's counter decreased; it may have been copied",
			Hint: "sign in another way, then remove this passkey and add it again",
		}
	}
	if err := o.seal.spend(challenge, o.now()); err != nil {
		return "", badAnswer(op, err)
	}
	record, err := json.Marshal(credential)
	if err != nil {
		return "", unavailable(op, err)
	}
	if err := o.db.UsePasskey(ctx, who.id(credential.ID), record, o.now()); err != nil {
		return "", unavailable(op, err)
	}
	return o.startSession(ctx, browser)
}

// RemovePasskey deletes a passkey, unless it is the only way to sign in.
func (o *Owner) RemovePasskey(ctx context.Context, id int64) error {
	const op = "remove the passkey"
	err := o.db.RemovePasskey(ctx, id)
	switch {
	case errors.Is(err, state.ErrNoPasskey):
		return &fault.Error{
			Code: fault.NotFound, Op: op, Message: "there is no such passkey", Hint: "it may have been removed already",
		}
	case errors.Is(err, state.ErrLastSignIn):
		return &fault.Error{
			Code: fault.Conflict, Op: op, Message: "this passkey is the only way to sign in",
			Hint: "set a password or add another passkey first",
		}
	case err != nil:
		return unavailable(op, err)
	}
	return nil
}

func (o *Owner) mayAdd(ctx context.Context, op string, g Grounds) error {
	switch {
	case o.passkeys == nil:
		return errNoPasskeysHere(op)
	case g.Setup != "":
		return o.CheckSetup(ctx, g.Setup)
	case g.Session == "":
		return errSetup(op)
	}
	return nil
}

func errNoPasskeysHere(op string) error {
	return &fault.Error{
		Code: fault.InvalidRequest, Op: op, Message: "browsers do not support passkeys at this URL",
		Hint: "set url to an https URL with a name (or localhost), or use a password",
	}
}

func badAnswer(op string, err error) error {
	return &fault.Error{
		Code: fault.Forbidden, Op: op, Err: err,
		Message: "the passkey was not accepted", Hint: "try again, or sign in another way",
	}
}

// answered returns the challenge of a browser's response, if it was created here for the purpose
// and has not expired.
func (o *Owner) answered(c protocol.CollectedClientData, purpose string) ([]byte, error) {
	challenge, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(c.Challenge, "="))
	if err != nil {
		return nil, errChallenge
	}
	return challenge, o.seal.check(challenge, purpose, o.now())
}

// registration and assertion return the options for the browser and the data to verify its
// response. They depend on the challenge only, so both steps call them.
func (o *Owner) registration(
	who *person, challenge []byte,
) (*protocol.CredentialCreation, *webauthn.SessionData, error) {
	return o.passkeys.BeginRegistration(who,
		webauthn.WithExclusions(webauthn.Credentials(who.credentials).CredentialDescriptors()),
		func(options *protocol.PublicKeyCredentialCreationOptions) error {
			options.Challenge = challenge
			return nil
		})
}

func (o *Owner) assertion(challenge []byte) (*protocol.CredentialAssertion, *webauthn.SessionData, error) {
	return o.passkeys.BeginDiscoverableLogin(
		webauthn.WithChallenge(challenge), webauthn.WithUserVerification(protocol.VerificationRequired))
}

// person is the owner as a webauthn.User.
type person struct {
	handle      []byte
	name        string
	ids         []int64
	credentials []webauthn.Credential
}

func (o *Owner) person(ctx context.Context) (*person, error) {
	owner, err := o.db.Owner(ctx)
	if err != nil {
		return nil, err
	}
	p := &person{handle: owner.Handle, name: o.name}
	for _, key := range owner.Passkeys {
		var c webauthn.Credential
		if err := json.Unmarshal(key.Record, &c); err != nil {
			continue // the others still work
		}
		p.ids, p.credentials = append(p.ids, key.ID), append(p.credentials, c)
	}
	return p, nil
}

func (p *person) WebAuthnID() []byte                         { return p.handle }
func (p *person) WebAuthnName() string                       { return p.name }
func (p *person) WebAuthnDisplayName() string                { return p.name }
func (p *person) WebAuthnCredentials() []webauthn.Credential { return p.credentials }

func (p *person) id(credential []byte) int64 {
	for i, c := range p.credentials {
		if string(c.ID) == string(credential) {
			return p.ids[i]
		}
	}
	return 0
}

// tidyName returns a name for the list of passkeys: the owner's, else the browser's.
func tidyName(name, browser string) string {
	name = strings.Join(strings.Fields(strings.ToValidUTF8(name, "")), " ")
	if name == "" {
		name = browser
	}
	for utf8.RuneCountInString(name) > 60 {
		_, size := utf8.DecodeLastRuneInString(name)
		name = name[:len(name)-size]
	}
	return name
}
