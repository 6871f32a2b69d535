-- Whom a case is handed to (F33), what they answered, and what they decided.
CREATE TABLE authorities (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  address TEXT NOT NULL DEFAULT '',
  phone TEXT NOT NULL DEFAULT '',
  email TEXT NOT NULL DEFAULT '',
  unit_id TEXT,
  source_label TEXT NOT NULL DEFAULT '',
  checked_on TEXT,
  place INTEGER NOT NULL DEFAULT 0,
  folded TEXT NOT NULL DEFAULT '',
  active INTEGER NOT NULL DEFAULT 1,
  built_in TEXT,
  edited_at TEXT
) WITHOUT ROWID;

CREATE INDEX authorities_place ON authorities(place, id);

-- state: draft, sent, answered, returned. `box`: what was written in the paper and the answer, sealed.
CREATE TABLE hand_overs (
  id TEXT PRIMARY KEY,
  case_id TEXT NOT NULL,
  authority_id TEXT NOT NULL,
  state TEXT NOT NULL,
  hour TEXT NOT NULL,
  due_day TEXT NOT NULL,
  answered_day TEXT,
  outcome_id TEXT,
  officer_id TEXT NOT NULL,
  box BLOB NOT NULL,
  version INTEGER NOT NULL DEFAULT 1
) WITHOUT ROWID;

CREATE INDEX hand_overs_case ON hand_overs(case_id);

CREATE INDEX hand_overs_due ON hand_overs(due_day, id) WHERE state = 'sent';

-- A decision an authority has published (R5): nothing names a business or says what goods are without one, and without two
-- officers besides its author. state: waiting, approved, returned, withdrawn. `due_day`: by when it has to be taken back.
CREATE TABLE decisions (
  id TEXT PRIMARY KEY,
  case_id TEXT,
  authority_name TEXT NOT NULL,
  number TEXT NOT NULL,
  day TEXT NOT NULL,
  link TEXT NOT NULL,
  box BLOB NOT NULL,
  state TEXT NOT NULL DEFAULT 'waiting',
  officer_id TEXT NOT NULL,
  unit_id TEXT,
  hour TEXT NOT NULL,
  due_day TEXT,
  version INTEGER NOT NULL DEFAULT 1,
  CHECK (trim(authority_name) <> '' AND trim(number) <> '' AND day <> '' AND link LIKE 'https://%')
) WITHOUT ROWID;

CREATE INDEX decisions_case ON decisions(case_id) WHERE case_id IS NOT NULL;

CREATE INDEX decisions_waiting ON decisions(hour, id) WHERE state = 'waiting';

CREATE INDEX decisions_correcting ON decisions(due_day, id) WHERE due_day IS NOT NULL;

CREATE TABLE decision_approvals (
  decision_id TEXT NOT NULL,
  officer_id TEXT NOT NULL,
  at TEXT NOT NULL,
  PRIMARY KEY (decision_id, officer_id)
) WITHOUT ROWID;
