-- Which reports may be about one thing. A mark is a keyed hash of one trait of a report (a piece of a shop's name, a
-- barcode, a square of the map): equal traits meet, and nothing is told without DATA_KEY.
ALTER TABLE cases ADD COLUMN marked INTEGER NOT NULL DEFAULT 0;

CREATE INDEX cases_unmarked ON cases(opened_hour, id) WHERE marked = 0;

CREATE TABLE case_marks (
  mark TEXT NOT NULL,
  case_id TEXT NOT NULL,
  PRIMARY KEY (mark, case_id)
) WITHOUT ROWID;

CREATE INDEX case_marks_case ON case_marks(case_id);

-- level: suggest, strong; state: open, merged, apart (an officer said that they are two things)
CREATE TABLE case_pairs (
  case_id TEXT NOT NULL,
  other_id TEXT NOT NULL,
  level TEXT NOT NULL,
  score INTEGER NOT NULL,
  why TEXT NOT NULL,
  state TEXT NOT NULL DEFAULT 'open',
  PRIMARY KEY (case_id, other_id)
) WITHOUT ROWID;

CREATE INDEX case_pairs_other ON case_pairs(other_id);
