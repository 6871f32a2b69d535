-- The officers' console: how officers sign in. Links, sessions and challenges are keyed hashes; what they are hashes of
-- stands nowhere. `proven_at` (epoch ms): when this session last gave a passkey or six digits; an act may use it up.
CREATE TABLE sign_in_links (
  link_tag TEXT PRIMARY KEY,
  officer_id TEXT NOT NULL,
  expires_at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE INDEX sign_in_links_officer ON sign_in_links(officer_id);

CREATE INDEX sign_in_links_expires ON sign_in_links(expires_at);

CREATE TABLE sessions (
  id TEXT PRIMARY KEY,
  session_tag TEXT NOT NULL UNIQUE,
  officer_id TEXT NOT NULL,
  device TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  proven_at INTEGER,
  -- The sealed secret of six digits that are being set up; theirs once they have typed the first ones.
  enrolment BLOB
);

CREATE INDEX sessions_officer ON sessions(officer_id, created_at);

CREATE INDEX sessions_expires ON sessions(expires_at);

CREATE TABLE passkeys (
  id TEXT PRIMARY KEY,
  officer_id TEXT NOT NULL,
  public_key BLOB NOT NULL,
  counter INTEGER NOT NULL,
  transports TEXT NOT NULL,
  name TEXT NOT NULL,
  created_day TEXT NOT NULL,
  used_day TEXT
);

CREATE INDEX passkeys_officer ON passkeys(officer_id, id);

-- What a passkey was asked to sign: taken away by the first answer.
CREATE TABLE challenges (
  challenge_tag TEXT PRIMARY KEY,
  expires_at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE INDEX challenges_expires ON challenges(expires_at);
