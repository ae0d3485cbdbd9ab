package state

// migrations lead from an empty SQLite file to the current tables, in order. The file's user_version
// is the number of applied ones. A released migration is never changed; changes are new ones.
var migrations = []string{
	// 1: tokens and uploads. Times are microseconds since 1970 (see stamp); secret is the
	// SHA-256 of a token: the token itself is never stored.
	`
CREATE TABLE token (
	id        INTEGER PRIMARY KEY AUTOINCREMENT,
	secret    BLOB    NOT NULL UNIQUE CHECK (length(secret) = 32),
	name      TEXT    NOT NULL,
	client_id TEXT    NOT NULL,
	me        TEXT    NOT NULL,
	scope     TEXT    NOT NULL,
	created   INTEGER NOT NULL,
	last_used INTEGER,
	expires   INTEGER,
	revoked   INTEGER
) STRICT;

CREATE TABLE upload (
	id           INTEGER PRIMARY KEY AUTOINCREMENT,
	name         TEXT    NOT NULL UNIQUE,
	url          TEXT    NOT NULL UNIQUE,
	path         TEXT    NOT NULL,
	file         TEXT    NOT NULL,
	filename     TEXT    NOT NULL,
	content_type TEXT    NOT NULL,
	size         INTEGER NOT NULL,
	width        INTEGER NOT NULL,
	height       INTEGER NOT NULL,
	token_id     INTEGER REFERENCES token (id) ON DELETE SET NULL,
	created      INTEGER NOT NULL,
	committed    INTEGER
) STRICT;

CREATE INDEX upload_created ON upload (created);
CREATE INDEX upload_token ON upload (token_id);
`,

	// Sign-in: authorization codes, refresh tokens, and the apps without PKCE that the owner
	// allowed. A used row is kept until it would have expired, so that a second use is detected.
	// lifetime is that of the access tokens, in microseconds; 0: forever.
	`
CREATE TABLE code (
	secret       BLOB    PRIMARY KEY CHECK (length(secret) = 32),
	client_id    TEXT    NOT NULL,
	client_name  TEXT    NOT NULL,
	redirect_uri TEXT    NOT NULL,
	challenge    TEXT    NOT NULL,
	me           TEXT    NOT NULL,
	scope        TEXT    NOT NULL,
	sites        TEXT    NOT NULL,
	lifetime     INTEGER NOT NULL,
	expires      INTEGER NOT NULL,
	used         INTEGER,
	token_id     INTEGER REFERENCES token (id) ON DELETE SET NULL
) STRICT;

CREATE TABLE refresh (
	secret   BLOB    PRIMARY KEY CHECK (length(secret) = 32),
	token_id INTEGER NOT NULL REFERENCES token (id) ON DELETE CASCADE,
	scope    TEXT    NOT NULL,
	lifetime INTEGER NOT NULL,
	expires  INTEGER NOT NULL,
	used     INTEGER
) STRICT;

CREATE INDEX code_token ON code (token_id);
CREATE INDEX refresh_token ON refresh (token_id);

CREATE TABLE old_client (
	client_id TEXT    PRIMARY KEY,
	approved  INTEGER NOT NULL
) STRICT;
`,

	// The owner: at most one, with a password (in PHC form) or passkeys or both; sessions of
	// browsers, and one-time links for setting credentials. Only the SHA-256 of secrets is stored.
	`
CREATE TABLE owner (
	id       INTEGER PRIMARY KEY CHECK (id = 1),
	handle   BLOB NOT NULL,
	password TEXT,
	changed  INTEGER
) STRICT;

CREATE TABLE passkey (
	id         INTEGER PRIMARY KEY AUTOINCREMENT,
	credential BLOB    NOT NULL UNIQUE,
	name       TEXT    NOT NULL,
	record     TEXT    NOT NULL,
	created    INTEGER NOT NULL,
	last_used  INTEGER
) STRICT;

CREATE TABLE session (
	id      INTEGER PRIMARY KEY AUTOINCREMENT,
	secret  BLOB    NOT NULL UNIQUE CHECK (length(secret) = 32),
	browser TEXT    NOT NULL,
	created INTEGER NOT NULL,
	used    INTEGER NOT NULL,
	expires INTEGER NOT NULL
) STRICT;

CREATE TABLE setup_link (
	secret  BLOB    PRIMARY KEY CHECK (length(secret) = 32),
	created INTEGER NOT NULL,
	expires INTEGER NOT NULL
) STRICT;
`,

	// When a site's build hook was last called.
	`
CREATE TABLE build (
	site   TEXT    PRIMARY KEY,
	called INTEGER NOT NULL
) STRICT;
`,

	// The sites that a token may use: their URLs, separated by spaces; '' is all.
	`ALTER TABLE token ADD COLUMN sites TEXT NOT NULL DEFAULT '';`,

	// Grants end: a year after the owner made them, or 180 days after the last renewal. In sites
	// '*' now means all, also later ones; '' is from before and is replaced by BindSites. An
	// upload belongs to a site; '' is from before.
	`
UPDATE refresh SET expires = min(expires,
	unixepoch() * 1000000 + 15552000000000,
	(SELECT created FROM token WHERE id = token_id) + 31536000000000);

ALTER TABLE upload ADD COLUMN site TEXT NOT NULL DEFAULT '';

CREATE TABLE event (
	id       INTEGER PRIMARY KEY AUTOINCREMENT,
	kind     TEXT    NOT NULL,
	first    INTEGER NOT NULL,
	last     INTEGER NOT NULL,
	count    INTEGER NOT NULL,
	subject  TEXT    NOT NULL,
	address  TEXT    NOT NULL,
	token_id INTEGER NOT NULL
) STRICT;

CREATE INDEX event_last ON event (last);
`,

	// Requests that came with an Idempotency-Key. answer is '' until it is known.
	`
CREATE TABLE request (
	key    BLOB    PRIMARY KEY CHECK (length(key) = 32),
	asks   BLOB    NOT NULL CHECK (length(asks) = 32),
	begun  INTEGER NOT NULL,
	answer TEXT    NOT NULL
) STRICT;

CREATE INDEX request_begun ON request (begun);
`,

	deliveryTables,
	// The language of the owner's pages; '' is that of the browser.
	`ALTER TABLE owner ADD COLUMN language TEXT NOT NULL DEFAULT '';`,
}
