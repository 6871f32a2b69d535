-- Reports of suspect goods. A case holds no contact, no address and no exact time; ids are random; what was said is sealed.

CREATE TABLE cases (
  id TEXT PRIMARY KEY,
  number TEXT NOT NULL UNIQUE,
  receipt_tag TEXT NOT NULL UNIQUE,
  state TEXT NOT NULL,
  kind TEXT NOT NULL,
  danger INTEGER NOT NULL DEFAULT 0,
  unit_id TEXT,
  box BLOB NOT NULL,
  opened_hour TEXT NOT NULL,
  closed_hour TEXT
) WITHOUT ROWID;

CREATE INDEX cases_state ON cases(state, opened_hour);

CREATE INDEX cases_closed ON cases(closed_hour) WHERE closed_hour IS NOT NULL;

CREATE TABLE case_events (
  id TEXT PRIMARY KEY,
  case_id TEXT NOT NULL,
  hour TEXT NOT NULL,
  kind TEXT NOT NULL,
  box BLOB
) WITHOUT ROWID;

CREATE INDEX case_events_case ON case_events(case_id);

-- The way back to a tipster who allowed it: both ends are keyed hashes, the address is sealed. Only the relay opens it.
CREATE TABLE reply_links (
  case_tag TEXT PRIMARY KEY,
  contact_tag TEXT NOT NULL,
  box BLOB NOT NULL
) WITHOUT ROWID;

CREATE INDEX reply_links_contact ON reply_links(contact_tag);

-- A photo from "due" (only a sealed reference) to "stored" (a sealed object). No contact, ever; a case once it is filed.
-- While it waits its times stand on whole hours or minutes; once its state is final the reference, the channel
-- and the times are erased: an exact time would lead back to who sent it.
-- `lost` counts processes that died with it in hand.
CREATE TABLE photos (
  id TEXT PRIMARY KEY,
  case_id TEXT,
  channel TEXT NOT NULL,
  ref BLOB,
  state TEXT NOT NULL DEFAULT 'due',
  reason TEXT,
  attempts INTEGER NOT NULL DEFAULT 0,
  due_at INTEGER NOT NULL,
  give_up_at INTEGER NOT NULL,
  lease_until INTEGER,
  lease_by TEXT,
  lost INTEGER NOT NULL DEFAULT 0,
  facts BLOB,
  day TEXT NOT NULL
) WITHOUT ROWID;

CREATE INDEX photos_due ON photos(due_at) WHERE state = 'due';

CREATE INDEX photos_leased ON photos(lease_until) WHERE state = 'fetching';

CREATE INDEX photos_case ON photos(case_id) WHERE case_id IS NOT NULL;

CREATE INDEX photos_loose ON photos(day) WHERE case_id IS NULL;

-- Wrong tries at receipts and codes: a keyed hash of who, and of everyone together.
CREATE TABLE tries (
  tag TEXT PRIMARY KEY,
  count INTEGER NOT NULL,
  until INTEGER NOT NULL
) WITHOUT ROWID;

CREATE INDEX tries_until ON tries(until);
