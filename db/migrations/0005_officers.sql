-- Who works the desk, by which right, and what they did.
-- `edition` grows with every change of an officer's rights: an act decided before such a change does not commit after it.
-- `totp` is the sealed secret of the six digits, `totp_step` the newest step that was used: no digits count twice.

ALTER TABLE officers ADD COLUMN title TEXT;

ALTER TABLE officers ADD COLUMN edition INTEGER NOT NULL DEFAULT 1;

ALTER TABLE officers ADD COLUMN totp BLOB;

ALTER TABLE officers ADD COLUMN totp_step INTEGER NOT NULL DEFAULT 0;

-- Ủy quyền: roles of one officer at their own unit, lent to another until a day. It holds only as long as the lender has them.
CREATE TABLE delegations (
  id TEXT PRIMARY KEY,
  officer_id TEXT NOT NULL,
  lender_id TEXT NOT NULL,
  roles TEXT NOT NULL,
  from_day TEXT NOT NULL,
  until_day TEXT NOT NULL,
  ended_at TEXT,
  created_at TEXT NOT NULL
);

CREATE INDEX delegations_officer ON delegations(officer_id, until_day);

CREATE INDEX delegations_lender ON delegations(lender_id, until_day);

-- One-time codes that bind an officer's chat account: keyed hash, and the sealed secret that the officer's app already holds.
CREATE TABLE officer_codes (
  code_tag TEXT PRIMARY KEY,
  officer_id TEXT NOT NULL UNIQUE,
  totp BLOB NOT NULL,
  expires_at INTEGER NOT NULL
);

CREATE INDEX officer_codes_expires ON officer_codes(expires_at);

-- Tokens of other systems: a keyed hash, whose rights they borrow, what they may do, until when.
CREATE TABLE api_tokens (
  id TEXT PRIMARY KEY,
  token_tag TEXT NOT NULL UNIQUE,
  officer_id TEXT NOT NULL,
  unit_id TEXT,
  name TEXT NOT NULL,
  scopes TEXT NOT NULL,
  expires_day TEXT NOT NULL,
  revoked_at TEXT,
  used_day TEXT,
  created_at TEXT NOT NULL
);

CREATE INDEX api_tokens_officer ON api_tokens(officer_id);

-- Every act of an officer, done or refused. Nothing changes a row; only the oldest row may go, and the retention job lets it go.
CREATE TABLE audit (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  at TEXT NOT NULL,
  officer_id TEXT,
  via TEXT NOT NULL,
  act TEXT NOT NULL,
  outcome TEXT NOT NULL,
  unit_id TEXT,
  about TEXT,
  about_id TEXT,
  detail TEXT
);

CREATE INDEX audit_at ON audit(at);

CREATE INDEX audit_unit ON audit(unit_id, id);

CREATE INDEX audit_officer ON audit(officer_id, id);

CREATE INDEX audit_about ON audit(about, about_id, id);

CREATE TRIGGER audit_never_changes BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit log is not changed'); END;

CREATE TRIGGER audit_oldest_first BEFORE DELETE ON audit WHEN EXISTS (SELECT 1 FROM audit WHERE id < old.id)
BEGIN SELECT RAISE(ABORT, 'only the oldest row of the audit log may go'); END;
