-- What a member's consent, unit, topics and requests leave behind.

CREATE TABLE consents (
  id TEXT PRIMARY KEY,
  contact_id TEXT NOT NULL,
  purpose TEXT NOT NULL,
  choice TEXT NOT NULL,
  wording TEXT NOT NULL,
  channel TEXT NOT NULL,
  message_tag TEXT NOT NULL,
  at TEXT NOT NULL
);

CREATE INDEX consents_contact ON consents(contact_id, purpose, at);

-- After erasing: that someone agreed to a wording and when it ended, as a keyed hash. Five years.
CREATE TABLE consent_proofs (
  hash TEXT PRIMARY KEY,
  purpose TEXT NOT NULL,
  wording TEXT NOT NULL,
  given_at TEXT NOT NULL,
  ended_at TEXT NOT NULL
);

CREATE INDEX consent_proofs_ended ON consent_proofs(ended_at);

-- Requests about one's own data, with the legal clock (two working days to answer). The person is a keyed hash.
CREATE TABLE data_requests (
  id TEXT PRIMARY KEY,
  person_tag TEXT NOT NULL,
  kind TEXT NOT NULL,
  asked_at TEXT NOT NULL,
  due_at TEXT NOT NULL,
  done_at TEXT
);

CREATE INDEX data_requests_open ON data_requests(due_at) WHERE done_at IS NULL;

CREATE INDEX data_requests_asked ON data_requests(asked_at);

-- Topics a person does not want pushed; without a row a topic is wanted once push is agreed to.
CREATE TABLE topic_stops (
  contact_id TEXT NOT NULL,
  topic TEXT NOT NULL,
  PRIMARY KEY (contact_id, topic)
) WITHOUT ROWID;

-- One-time codes that join two addresses of one person; the code itself is a keyed hash.
CREATE TABLE link_codes (
  code_tag TEXT PRIMARY KEY,
  contact_id TEXT NOT NULL,
  address_id TEXT NOT NULL,
  asked_by_contact_id TEXT,
  asked_by_address_id TEXT,
  expires_at INTEGER NOT NULL
);

CREATE INDEX link_codes_contact ON link_codes(contact_id);

CREATE INDEX link_codes_asked ON link_codes(asked_by_contact_id) WHERE asked_by_contact_id IS NOT NULL;

CREATE INDEX link_codes_expires ON link_codes(expires_at);

CREATE TABLE units (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  level TEXT NOT NULL,
  name TEXT NOT NULL,
  short_name TEXT,
  parent_id TEXT,
  path TEXT NOT NULL,
  code TEXT UNIQUE,
  valid_from TEXT,
  valid_to TEXT,
  -- What became of a closed unit, and the other names people type (JSON list).
  note TEXT,
  aliases TEXT NOT NULL DEFAULT '[]',
  sample INTEGER NOT NULL DEFAULT 0,
  edited_at TEXT
);

CREATE INDEX units_path ON units(path);

CREATE INDEX units_parent ON units(parent_id, name);

CREATE INDEX units_name ON units(name);

-- Every name a unit answers to (its own, short, former), folded, for search without accents.
CREATE VIRTUAL TABLE unit_names USING fts5(folded, unit_id UNINDEXED, name UNINDEXED, tokenize = 'unicode61', prefix = '2 3');

CREATE TABLE unit_successors (
  unit_id TEXT NOT NULL,
  successor_id TEXT NOT NULL,
  PRIMARY KEY (unit_id, successor_id)
) WITHOUT ROWID;

CREATE TABLE level_names (
  kind TEXT NOT NULL,
  level TEXT NOT NULL,
  vi TEXT NOT NULL,
  en TEXT NOT NULL,
  PRIMARY KEY (kind, level)
) WITHOUT ROWID;

-- People who work the desk. Roles and delegations come with the officers' tools; "is there an officer here" is asked now.
CREATE TABLE officers (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  unit_id TEXT NOT NULL,
  roles TEXT NOT NULL DEFAULT '[]',
  contact_id TEXT,
  active INTEGER NOT NULL DEFAULT 1,
  created_at TEXT NOT NULL
);

CREATE INDEX officers_unit ON officers(unit_id) WHERE active = 1;

CREATE INDEX officers_contact ON officers(contact_id) WHERE contact_id IS NOT NULL;

-- A member asks for a person: queued for the nearest unit above that has an officer.
CREATE TABLE inquiries (
  id TEXT PRIMARY KEY,
  contact_id TEXT NOT NULL,
  address_id TEXT NOT NULL,
  unit_id TEXT,
  box BLOB NOT NULL,
  state TEXT NOT NULL DEFAULT 'waiting',
  asked_at TEXT NOT NULL,
  due_at TEXT NOT NULL,
  answered_at TEXT
);

CREATE INDEX inquiries_unit ON inquiries(unit_id, state, asked_at);

CREATE INDEX inquiries_contact ON inquiries(contact_id, state);

CREATE INDEX inquiries_answered ON inquiries(answered_at) WHERE answered_at IS NOT NULL;

-- Who this deployment is (unit name, data officer, …): rows an officer edits.
CREATE TABLE settings (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL,
  edited_at TEXT
);

-- Phrases that were not understood: only keyed hashes under a monthly key, until five people have said the same.
CREATE TABLE phrases (
  tag TEXT PRIMARY KEY,
  month TEXT NOT NULL,
  people INTEGER NOT NULL,
  text TEXT
) WITHOUT ROWID;

CREATE TABLE phrase_people (
  tag TEXT PRIMARY KEY,
  phrase_tag TEXT NOT NULL,
  month TEXT NOT NULL
) WITHOUT ROWID;

CREATE INDEX phrase_people_month ON phrase_people(month);

CREATE INDEX phrases_month ON phrases(month, people, tag);
