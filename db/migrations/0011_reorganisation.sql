-- Re-organisation (F55, F65, R22): changes of the unit tree that take effect on a day, and who held which seat when.

-- One change: `plan` is what shall be, `day` the first day on which it is. Carried out in one batch on that day; then the
-- members of closed units are told, step by step: `part` is which of the units, `after` the last contact of it, `next_due`
-- (epoch ms) when the next notice may leave. `problem`: the text key of why it could not be carried out.
CREATE TABLE unit_changes (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  unit_id TEXT NOT NULL,
  day TEXT NOT NULL,
  plan TEXT NOT NULL,
  note TEXT NOT NULL DEFAULT '',
  officer_id TEXT NOT NULL,
  state TEXT NOT NULL DEFAULT 'planned',
  problem TEXT,
  part INTEGER NOT NULL DEFAULT 0,
  after TEXT NOT NULL DEFAULT '',
  next_due INTEGER NOT NULL DEFAULT 0,
  told INTEGER NOT NULL DEFAULT 0,
  created_at TEXT NOT NULL,
  ended_at TEXT
);

CREATE INDEX unit_changes_due ON unit_changes(state, day, id);

-- Every unit a change touches. `subject`: what it does happens to this unit; `other`: the unit it goes to.
CREATE TABLE unit_change_units (
  unit_id TEXT NOT NULL,
  change_id TEXT NOT NULL,
  part TEXT NOT NULL,
  PRIMARY KEY (unit_id, change_id)
) WITHOUT ROWID;

CREATE INDEX unit_change_units_change ON unit_change_units(change_id);

-- What took the place of a unit that closes now must take the place of its forerunners too.
CREATE INDEX unit_successors_heir ON unit_successors(successor_id);

-- A start refreshes built-in names, and leaves alone what an officer wrote.
ALTER TABLE level_names ADD COLUMN edited_at TEXT;

-- The present period of an officer stands on the row (`since_day`: the first day; `until_day`: its last day, if one was
-- set), those that are over in officer_terms: a row there never changes.
ALTER TABLE officers ADD COLUMN since_day TEXT;

ALTER TABLE officers ADD COLUMN until_day TEXT;

ALTER TABLE officers ADD COLUMN area TEXT;

CREATE INDEX officers_until ON officers(until_day) WHERE active = 1 AND until_day IS NOT NULL;

CREATE TABLE officer_terms (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  officer_id TEXT NOT NULL,
  unit_id TEXT NOT NULL,
  title TEXT,
  roles TEXT NOT NULL,
  area TEXT,
  from_day TEXT NOT NULL,
  to_day TEXT NOT NULL,
  why TEXT NOT NULL
);

CREATE INDEX officer_terms_unit ON officer_terms(unit_id, id);

CREATE INDEX officer_terms_officer ON officer_terms(officer_id, id);

-- Names of officers for search without accents: the tokenizer drops the marks, "đ" is a letter of its own.
CREATE VIRTUAL TABLE officer_names USING fts5(name, officer_id UNINDEXED, tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3');

INSERT INTO officer_names(rowid, name, officer_id) SELECT rowid, replace(replace(name, 'đ', 'd'), 'Đ', 'd'), id FROM officers;

CREATE TRIGGER officers_named AFTER INSERT ON officers
BEGIN
  INSERT INTO officer_names(rowid, name, officer_id) VALUES (new.rowid, replace(replace(new.name, 'đ', 'd'), 'Đ', 'd'), new.id);
END;

CREATE TRIGGER officers_renamed AFTER UPDATE OF name ON officers
BEGIN
  UPDATE officer_names SET name = replace(replace(new.name, 'đ', 'd'), 'Đ', 'd') WHERE rowid = new.rowid;
END;
