-- "Ý kiến về thị trường" (F48): price, supply, quality; no crime, no answer, nobody's name. What was said is sealed, and so is
-- the note of an officer who passed it on. state: new, read, kept, passed
CREATE TABLE opinions (
  id TEXT PRIMARY KEY,
  unit_id TEXT,
  topic TEXT NOT NULL,
  box BLOB NOT NULL,
  note BLOB,
  day TEXT NOT NULL,
  state TEXT NOT NULL DEFAULT 'new',
  version INTEGER NOT NULL DEFAULT 1
) WITHOUT ROWID;

CREATE INDEX opinions_state ON opinions(state, day, id);

CREATE INDEX opinions_day ON opinions(day, id);

CREATE INDEX opinions_unit ON opinions(unit_id, day, id);

-- How many of a month, by unit ('' for none) and topic; `people`: at least so many different ones said it.
CREATE TABLE opinion_counts (
  month TEXT NOT NULL,
  unit_id TEXT NOT NULL,
  topic TEXT NOT NULL,
  n INTEGER NOT NULL,
  people INTEGER NOT NULL,
  PRIMARY KEY (month, unit_id, topic)
) WITHOUT ROWID;

-- Who said something about it this month, as a keyed hash of month, unit, topic and person, until the month is over.
CREATE TABLE opinion_people (
  tag TEXT PRIMARY KEY,
  month TEXT NOT NULL
) WITHOUT ROWID;

CREATE INDEX opinion_people_month ON opinion_people(month);

-- Four letters that stand for a unit on a proof of filing: of units alone, so that a proof holds when its case is gone.
CREATE TABLE proof_units (
  sign TEXT NOT NULL,
  unit_id TEXT NOT NULL,
  PRIMARY KEY (sign, unit_id)
) WITHOUT ROWID;
