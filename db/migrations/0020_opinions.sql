-- "Ý kiến về thị trường" (F48): price, supply, quality; no crime, no answer, nobody's name. What was said is sealed.
CREATE TABLE opinions (
  id TEXT PRIMARY KEY,
  unit_id TEXT,
  topic TEXT NOT NULL,
  box BLOB NOT NULL,
  day TEXT NOT NULL,
  state TEXT NOT NULL DEFAULT 'new',
  officer_id TEXT,
  version INTEGER NOT NULL DEFAULT 1
) WITHOUT ROWID;

CREATE INDEX opinions_state ON opinions(state, day, id);

CREATE INDEX opinions_day ON opinions(day);
