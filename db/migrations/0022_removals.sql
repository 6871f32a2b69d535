-- A report that was taken back by its member, or removed for good by two officers. `gone`: withdrawn (nothing of it is left but
-- number, unit and month), removed (the same), partly (withdrawn; what was handed over, or others' reports, stay).
-- `gone_hour`: since when.
ALTER TABLE cases ADD COLUMN gone TEXT;

ALTER TABLE cases ADD COLUMN gone_hour TEXT;

CREATE INDEX cases_gone ON cases(gone_hour, id) WHERE gone IS NOT NULL;

-- Objects of the evidence store whose rows went with the commit that wrote this: deleted within the minute. Names are random
-- and lead to no case.
CREATE TABLE gone_objects (
  name TEXT PRIMARY KEY
) WITHOUT ROWID;

-- Who asked to remove a report or one of its photos for good, why, who let it go. `box`: the reason in words and the exact
-- times, sealed. Goes with what it was about. state: asked, refused, expired
CREATE TABLE removals (
  id TEXT PRIMARY KEY,
  case_id TEXT NOT NULL,
  photo_id TEXT,
  reason TEXT NOT NULL,
  asked_by TEXT NOT NULL,
  asked_hour TEXT NOT NULL,
  until_day TEXT NOT NULL,
  state TEXT NOT NULL DEFAULT 'asked',
  decided_by TEXT,
  decided_hour TEXT,
  box BLOB NOT NULL
) WITHOUT ROWID;

CREATE INDEX removals_case ON removals(case_id, asked_hour, id);

CREATE INDEX removals_waiting ON removals(asked_hour, id) WHERE state = 'asked';
