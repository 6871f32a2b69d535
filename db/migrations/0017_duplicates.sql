-- Which reports may be about one thing. A mark is a keyed hash of one trait of a report (a piece of a shop's name, a
-- barcode, a square of the map): equal traits meet, and nothing is told without DATA_KEY.
-- `marked`: 1 once its marks say all that is known of it; each thing that is told later makes it one less than it was, so
-- that what comes in while it is being marked is not lost.
ALTER TABLE cases ADD COLUMN marked INTEGER NOT NULL DEFAULT 0;

CREATE INDEX cases_unmarked ON cases(opened_hour, id) WHERE marked < 1;

CREATE TRIGGER cases_answer_marks AFTER INSERT ON case_events WHEN new.kind = 'answered'
BEGIN
  UPDATE cases SET marked = min(marked, 0) - 1 WHERE id = new.case_id;
END;

CREATE TRIGGER cases_photo_marks AFTER UPDATE OF state, case_id ON photos WHEN new.state = 'stored' AND new.case_id IS NOT NULL
BEGIN
  UPDATE cases SET marked = min(marked, 0) - 1 WHERE id = new.case_id;
END;

-- A merged case stands where its main one stands, closes and is let go of with it; what endangers its member makes both urgent.
CREATE TRIGGER cases_follow_main AFTER UPDATE OF state, reason_id, outcome_id, closed_hour ON cases WHEN new.merged_into IS NULL
BEGIN
  UPDATE cases SET state = new.state, reason_id = new.reason_id, outcome_id = new.outcome_id, closed_hour = new.closed_hour
  WHERE merged_into = new.id;
END;

CREATE TRIGGER cases_raise_main AFTER UPDATE OF rank, restricted ON cases WHEN new.merged_into IS NOT NULL
BEGIN
  UPDATE cases SET rank = min(rank, new.rank), restricted = max(restricted, new.restricted) WHERE id = new.merged_into;
END;

CREATE TABLE case_marks (
  mark TEXT NOT NULL,
  case_id TEXT NOT NULL,
  PRIMARY KEY (mark, case_id)
) WITHOUT ROWID;

CREATE INDEX case_marks_case ON case_marks(case_id);

-- `case_id` is the smaller of the two ids. `why`: names of traits that agree, never what they say.
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

CREATE INDEX case_pairs_strong ON case_pairs(score DESC, case_id, other_id) WHERE state = 'open' AND level = 'strong';
