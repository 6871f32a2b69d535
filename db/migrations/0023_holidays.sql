-- Public holidays and days worked instead, as each year has them. kind: off, work. `checked_on`: when somebody held it against
-- the announcement; without it the day is offered for checking and counts as any other. `dropped`: built in, taken out by an
-- officer; kept so that the next start does not bring it back. `built_in`: what the program last wrote; null for an officer's.
CREATE TABLE holidays (
  day TEXT PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('off', 'work')),
  vi TEXT NOT NULL,
  en TEXT,
  source TEXT NOT NULL,
  checked_on TEXT,
  dropped INTEGER NOT NULL DEFAULT 0,
  built_in TEXT,
  officer_id TEXT,
  edited_at TEXT
) WITHOUT ROWID;

-- An officer of the highest unit has seen the whole list of a year; from then on the program changes nothing in it.
CREATE TABLE holiday_years (
  year TEXT PRIMARY KEY,
  confirmed_on TEXT NOT NULL,
  officer_id TEXT NOT NULL
) WITHOUT ROWID;
