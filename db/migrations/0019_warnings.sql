-- Warnings to members (F37), each from a published decision alone (R5). state: draft, waiting, published, withdrawn.
-- `editors`: everybody who wrote any of it; none of them lets it out. `corrects`: the withdrawn one it stands for.
-- `asked_*`: somebody wants it taken down; it waits a working day at most. `flagged_day`: since when members say it is wrong.
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
  editors TEXT NOT NULL,
  review_by TEXT NOT NULL,
  corrects TEXT,
  published_at TEXT,
  withdrawn_at TEXT,
  withdrawn_why TEXT,
  asked_at TEXT,
  asked_due TEXT,
  asked_why TEXT,
  flagged_day TEXT,
  changed_at TEXT NOT NULL,
  version INTEGER NOT NULL DEFAULT 1,
  CHECK (trim(authority_name) <> '' AND trim(number) <> '' AND day <> '' AND link LIKE 'https://%')
) WITHOUT ROWID;

CREATE INDEX warnings_state ON warnings(state, changed_at, id);

-- What members see, newest first.
CREATE INDEX warnings_published ON warnings(published_at, id) WHERE state = 'published';

CREATE INDEX warnings_asked ON warnings(asked_due, id) WHERE asked_at IS NOT NULL;

CREATE INDEX warnings_flagged ON warnings(flagged_day, id) WHERE flagged_day IS NOT NULL;

CREATE INDEX warnings_review ON warnings(review_by, id) WHERE state = 'published';

CREATE INDEX warnings_corrects ON warnings(corrects) WHERE corrects IS NOT NULL;

CREATE TABLE warning_approvals (
  warning_id TEXT NOT NULL,
  version INTEGER NOT NULL,
  officer_id TEXT NOT NULL,
  at TEXT NOT NULL,
  PRIMARY KEY (warning_id, version, officer_id)
) WITHOUT ROWID;

-- "Thông tin này sai?" (F19): what somebody said is sealed, nothing leads back to them.
CREATE TABLE warning_flags (
  id TEXT PRIMARY KEY,
  warning_id TEXT NOT NULL,
  box BLOB NOT NULL,
  day TEXT NOT NULL,
  settled INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;

CREATE INDEX warning_flags_open ON warning_flags(warning_id, day, id) WHERE settled = 0;

CREATE INDEX warning_flags_day ON warning_flags(day);

-- Messages to members that were begun from a warning: unsent ones end with it.
CREATE TABLE warning_campaigns (
  warning_id TEXT NOT NULL,
  campaign_id TEXT NOT NULL,
  PRIMARY KEY (warning_id, campaign_id)
) WITHOUT ROWID;
