-- The road: who writes to us, what came in, what goes out.
-- Times named …_at are UTC text, or integer milliseconds where a machine compares them (due, lease, hold).
-- Statements end with ";" before an empty line: db/migrate.ts cuts there.

CREATE TABLE meta (
  name TEXT PRIMARY KEY,
  value TEXT,
  box BLOB
);

-- One row, written by every guarded batch: see guard() in db/client.ts.
CREATE TABLE guards (
  id INTEGER PRIMARY KEY,
  ok INTEGER NOT NULL CHECK (ok = 1)
);

CREATE TABLE leases (
  name TEXT PRIMARY KEY,
  holder TEXT NOT NULL,
  until INTEGER NOT NULL
);

-- Last run of each recurring job, so that a job missed while nothing ran is caught up.
CREATE TABLE runs (
  job TEXT PRIMARY KEY,
  ran_at TEXT NOT NULL
);

-- A person, or a group chat (kind 'group', never in an audience). The four flags mirror the newest consent rows.
CREATE TABLE contacts (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL DEFAULT 'person',
  locale TEXT NOT NULL DEFAULT 'vi',
  unit_id TEXT,
  member_kind TEXT,
  age TEXT NOT NULL DEFAULT 'unknown',
  honorific TEXT NOT NULL DEFAULT 'ban',
  name TEXT,
  push INTEGER NOT NULL DEFAULT 0,
  contest INTEGER NOT NULL DEFAULT 0,
  named_report INTEGER NOT NULL DEFAULT 0,
  deals INTEGER NOT NULL DEFAULT 0,
  push_offered INTEGER NOT NULL DEFAULT 0,
  joined_day TEXT NOT NULL,
  seen_day TEXT NOT NULL,
  -- When a person who was silent for a year was asked whether to keep what is here; an answer makes seen_day newer.
  asked_day TEXT
) WITHOUT ROWID;

CREATE INDEX contacts_unit ON contacts(unit_id);

CREATE INDEX contacts_silent ON contacts(seen_day) WHERE push = 0 AND contest = 0 AND named_report = 0 AND deals = 0;

CREATE INDEX contacts_seen ON contacts(seen_day);

-- A person's id on one channel, with the session of that chat. Rows lie in the order of that id, so that a turn finds
-- and writes one page, among a million as among a thousand. `turn` is unique per address and grows by one with
-- each commit: two turns decided from one state cannot both commit. `replies_from`: an earlier reply waits until then,
-- and later ones behind it.
CREATE TABLE addresses (
  id TEXT NOT NULL,
  contact_id TEXT NOT NULL,
  channel TEXT NOT NULL,
  native TEXT NOT NULL,
  turn INTEGER NOT NULL,
  session BLOB,
  session_until INTEGER,
  in_at INTEGER NOT NULL,
  muted_until INTEGER NOT NULL DEFAULT 0,
  replies_from INTEGER NOT NULL DEFAULT 0,
  stopped INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (channel, native)
) WITHOUT ROWID;

CREATE INDEX addresses_id ON addresses(id);

CREATE INDEX addresses_contact ON addresses(contact_id);

-- What came in, as a keyed hash and a day (days since 1970, Vietnam): the dedupe. No contact, no text. Old keys are
-- swept along the primary key; an index by day would cost every message a second page.
CREATE TABLE inbox (
  key TEXT PRIMARY KEY,
  day INTEGER NOT NULL
) WITHOUT ROWID;

-- The one door out; an id is never given twice. Replies (priority 0) are deleted once their outcome is final; broadcast rows (priority 1) stay as the ledger.
-- `recipient` is a sealed address for the goodbye of an erased person; then address_id is empty.
CREATE TABLE outbox (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  priority INTEGER NOT NULL,
  channel TEXT NOT NULL,
  address_id TEXT NOT NULL,
  contact_id TEXT,
  broadcast_id TEXT,
  recipient BLOB,
  body BLOB,
  part INTEGER NOT NULL DEFAULT 0,
  state TEXT NOT NULL DEFAULT 'queued',
  reason TEXT,
  attempts INTEGER NOT NULL DEFAULT 0,
  due_at INTEGER NOT NULL,
  lease_until INTEGER,
  lease_by TEXT,
  created_at INTEGER NOT NULL
);

CREATE INDEX outbox_due ON outbox(channel, priority, due_at, id) WHERE state = 'queued';

CREATE INDEX outbox_leased ON outbox(lease_until) WHERE state = 'sending';

CREATE INDEX outbox_in_flight ON outbox(address_id, id) WHERE state = 'sending' AND priority = 0;

-- A person's rows in the ledger of broadcasts; replies name no contact and do not stand in it.
CREATE INDEX outbox_pushed ON outbox(contact_id) WHERE contact_id IS NOT NULL;

-- Pace of each channel, shared by all processes: tokens of the bucket, and how long the platform told us to wait.
CREATE TABLE paces (
  channel TEXT PRIMARY KEY,
  tokens REAL NOT NULL,
  at INTEGER NOT NULL,
  granted INTEGER NOT NULL DEFAULT 0,
  hold_until INTEGER NOT NULL DEFAULT 0,
  hold_reason TEXT
);

-- Totals only: what became of messages, per day. Nothing counts a big table while serving.
CREATE TABLE tallies (
  day TEXT NOT NULL,
  channel TEXT NOT NULL,
  what TEXT NOT NULL,
  reason TEXT NOT NULL DEFAULT '',
  total INTEGER NOT NULL,
  PRIMARY KEY (day, channel, what, reason)
) WITHOUT ROWID;

-- An update whose handler failed, sealed, kept 7 days for replay, erased with its contact.
CREATE TABLE updates (
  code TEXT PRIMARY KEY,
  address_id TEXT NOT NULL,
  turn INTEGER NOT NULL,
  box BLOB NOT NULL,
  reason TEXT NOT NULL,
  kept_at TEXT NOT NULL
);

CREATE INDEX updates_address ON updates(address_id);

CREATE INDEX updates_kept ON updates(kept_at);

-- The web chat's own memory, both sides, sealed, 30 days. `sent_as` is the outbox id and part of a line of ours: a row
-- that is sent again after a crash is not shown twice. `day` is all of the time that stands open.
CREATE TABLE transcript (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  address_id TEXT NOT NULL,
  side TEXT NOT NULL,
  body BLOB NOT NULL,
  day TEXT NOT NULL,
  sent_as TEXT UNIQUE
);

CREATE INDEX transcript_address ON transcript(address_id, seq);

CREATE INDEX transcript_day ON transcript(day);

-- Sealed small things with a version for compare-and-set: Zalo's token pair, the bot's own name.
CREATE TABLE secrets (
  name TEXT PRIMARY KEY,
  version INTEGER NOT NULL,
  box BLOB NOT NULL
);
