-- What officers write for members to read and play: every text passes a second person before it is shown, and what was
-- shown stays in its history. `items` and `questions` hold what is shown; `entry_versions` what is written and what was.
-- An entry's section is `library`, `documents` (both rows of items) or `questions`.

ALTER TABLE items ADD COLUMN folded TEXT;

ALTER TABLE questions ADD COLUMN folded TEXT;

-- draft → submitted → published, or dropped. `offered`: what a newer program brings for a row an officer had edited.
-- `retired`: the moment an entry was taken down, with the reason in `note`. `number` is the place in an entry's history.
CREATE TABLE entry_versions (
  id TEXT PRIMARY KEY,
  section TEXT NOT NULL,
  entry_id TEXT NOT NULL,
  number INTEGER,
  state TEXT NOT NULL,
  fields TEXT NOT NULL,
  folded TEXT NOT NULL,
  unit_id TEXT,
  author_id TEXT,
  editors TEXT NOT NULL DEFAULT '[]',
  edition INTEGER NOT NULL DEFAULT 1,
  reviewer_id TEXT,
  note TEXT,
  import_id TEXT,
  created_at TEXT NOT NULL,
  changed_at TEXT NOT NULL
);

-- One text of an entry is written at a time, and one is offered.
CREATE UNIQUE INDEX entry_versions_open ON entry_versions(section, entry_id) WHERE state IN ('draft', 'submitted');

CREATE UNIQUE INDEX entry_versions_offered ON entry_versions(section, entry_id) WHERE state = 'offered';

CREATE INDEX entry_versions_desk ON entry_versions(section, state, id);

CREATE UNIQUE INDEX entry_versions_history ON entry_versions(section, entry_id, number) WHERE number IS NOT NULL;

CREATE INDEX entry_versions_folded ON entry_versions(section, folded) WHERE state IN ('draft', 'submitted');

CREATE INDEX entry_versions_import ON entry_versions(import_id, id) WHERE import_id IS NOT NULL;

-- A spreadsheet that was looked at and not taken yet: its rows, a week at most.
CREATE TABLE entry_imports (
  id TEXT PRIMARY KEY,
  section TEXT NOT NULL,
  officer_id TEXT NOT NULL,
  unit_id TEXT NOT NULL,
  name TEXT NOT NULL,
  rows TEXT NOT NULL,
  taken_at TEXT,
  created_at TEXT NOT NULL
);

CREATE INDEX entry_imports_created ON entry_imports(created_at);

CREATE VIRTUAL TABLE question_words USING fts5(text, question_id UNINDEXED, tokenize = 'unicode61');

CREATE INDEX items_desk ON items((kind = 'document'), state, id);

CREATE INDEX items_desk_topic ON items((kind = 'document'), state, topic, id);

CREATE INDEX items_review ON items((kind = 'document'), review_by, id) WHERE state = 'published';

CREATE INDEX items_folded ON items(folded);

CREATE INDEX item_flags_open ON item_flags(item_id, id) WHERE settled_at IS NULL;

CREATE INDEX questions_desk ON questions(state, id);

CREATE INDEX questions_desk_topic ON questions(state, topic, id);

CREATE INDEX questions_review ON questions(review_by, id) WHERE state = 'published';

CREATE INDEX questions_folded ON questions(folded);
