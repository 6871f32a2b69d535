-- Warnings to members (F37), each from a published decision alone (R5). state: draft, waiting, published, withdrawn
CREATE TABLE warnings (
  id TEXT PRIMARY KEY,
  unit_id TEXT NOT NULL,
  title TEXT NOT NULL,
  body TEXT NOT NULL,
  authority_name TEXT NOT NULL,
  number TEXT NOT NULL,
  day TEXT NOT NULL,
  link TEXT NOT NULL,
  state TEXT NOT NULL DEFAULT 'draft',
  officer_id TEXT NOT NULL,
  published_at TEXT,
  review_by TEXT NOT NULL,
  withdrawn_at TEXT,
  withdrawn_why TEXT,
  version INTEGER NOT NULL DEFAULT 1,
  CHECK (trim(authority_name) <> '' AND trim(number) <> '' AND day <> '' AND link LIKE 'https://%')
) WITHOUT ROWID;

CREATE INDEX warnings_state ON warnings(state, published_at, id);

CREATE TABLE warning_approvals (
  warning_id TEXT NOT NULL,
  version INTEGER NOT NULL,
  officer_id TEXT NOT NULL,
  at TEXT NOT NULL,
  PRIMARY KEY (warning_id, version, officer_id)
) WITHOUT ROWID;
