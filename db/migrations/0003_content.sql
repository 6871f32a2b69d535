-- What members read, play and look up. Built-in rows are inserted at start; rows an officer edited are never touched by a start.

CREATE TABLE topics (
  id TEXT PRIMARY KEY,
  vi TEXT NOT NULL,
  en TEXT NOT NULL,
  place INTEGER NOT NULL
);

CREATE TABLE items (
  id TEXT PRIMARY KEY,
  topic TEXT NOT NULL,
  kind TEXT NOT NULL,
  title TEXT NOT NULL,
  body TEXT NOT NULL,
  source_label TEXT NOT NULL,
  source_url TEXT,
  checked_on TEXT NOT NULL,
  review_by TEXT NOT NULL,
  state TEXT NOT NULL,
  daily INTEGER NOT NULL DEFAULT 0,
  -- The last day it was "mỗi ngày một điều", and a stable shuffle so that one topic does not follow itself for weeks.
  daily_on TEXT,
  daily_order TEXT NOT NULL DEFAULT '',
  -- The number without zeros and letters ("28"), and the number as printed.
  doc_key TEXT,
  doc_number TEXT,
  doc_issued_on TEXT,
  doc_issuer TEXT,
  doc_title TEXT,
  doc_status TEXT,
  built_in TEXT,
  edited_at TEXT
);

CREATE INDEX items_topic ON items(topic, id) WHERE state = 'published';

CREATE INDEX items_daily ON items(daily_on, daily_order, id) WHERE state = 'published' AND daily = 1;

CREATE INDEX items_shuffled ON items(daily_order, id) WHERE state = 'published' AND daily = 1;

CREATE INDEX items_doc ON items(doc_key) WHERE doc_key IS NOT NULL;

-- Folded words of each item: search that ignores accents.
CREATE VIRTUAL TABLE item_words USING fts5(title, body, numbers, item_id UNINDEXED, tokenize = 'unicode61');

-- "Thông tin này sai?": what is wrong with an item, sealed; no contact.
CREATE TABLE item_flags (
  id TEXT PRIMARY KEY,
  item_id TEXT NOT NULL,
  box BLOB,
  day TEXT NOT NULL,
  settled_at TEXT
);

CREATE INDEX item_flags_item ON item_flags(item_id);

CREATE INDEX item_flags_day ON item_flags(day);

CREATE TABLE questions (
  id TEXT PRIMARY KEY,
  topic TEXT NOT NULL,
  difficulty TEXT NOT NULL,
  audience TEXT NOT NULL,
  text TEXT NOT NULL,
  options TEXT NOT NULL,
  correct INTEGER NOT NULL,
  explanation TEXT NOT NULL,
  source_label TEXT NOT NULL,
  law INTEGER NOT NULL DEFAULT 0,
  checked_on TEXT NOT NULL,
  review_by TEXT NOT NULL,
  state TEXT NOT NULL,
  built_in TEXT,
  edited_at TEXT
);

CREATE INDEX questions_drawn ON questions(audience, review_by, id) WHERE state = 'published';

-- Nothing is shown without an agreement number and an end date (F42).
CREATE TABLE deals (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  unit_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  title TEXT NOT NULL,
  detail TEXT NOT NULL,
  place TEXT NOT NULL,
  folded_place TEXT NOT NULL,
  agreement_number TEXT NOT NULL CHECK (trim(agreement_number) <> ''),
  agreement_on TEXT NOT NULL CHECK (agreement_on GLOB '20[0-9][0-9]-[01][0-9]-[0-3][0-9]'),
  partner TEXT NOT NULL,
  signed_by TEXT NOT NULL,
  starts_on TEXT NOT NULL,
  ends_on TEXT NOT NULL CHECK (ends_on GLOB '20[0-9][0-9]-[01][0-9]-[0-3][0-9]' AND ends_on >= starts_on),
  state TEXT NOT NULL,
  created_at TEXT NOT NULL
);

CREATE INDEX deals_shown ON deals(state, ends_on, kind);

CREATE INDEX deals_ended ON deals(ends_on);

CREATE TABLE hotlines (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  number TEXT NOT NULL,
  tel TEXT NOT NULL,
  office TEXT NOT NULL,
  what_for TEXT NOT NULL,
  free INTEGER NOT NULL DEFAULT 0,
  checked_on TEXT,
  source_label TEXT NOT NULL,
  unit_id TEXT,
  place INTEGER NOT NULL,
  built_in TEXT,
  edited_at TEXT
);

CREATE INDEX hotlines_shown ON hotlines(place, id) WHERE checked_on IS NOT NULL;
