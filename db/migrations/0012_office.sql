-- The officers' office: the directory's search, filters of the audit log, requests about data with both their clocks, the breach desk.

-- What a hotline is found by: number, office and purpose, folded.
ALTER TABLE hotlines ADD COLUMN folded TEXT NOT NULL DEFAULT '';

CREATE INDEX hotlines_place ON hotlines(place, id);

-- Nothing is shown as checked that does not say who is called, at which number, and by which source that is known (F36).
CREATE TRIGGER hotlines_checked_new BEFORE INSERT ON hotlines
WHEN new.checked_on IS NOT NULL AND (trim(new.number) = '' OR trim(new.office) = '' OR trim(new.source_label) = '')
BEGIN SELECT RAISE(ABORT, 'CHECK constraint failed: a checked hotline has a number, an office and a source'); END;

CREATE TRIGGER hotlines_checked BEFORE UPDATE ON hotlines
WHEN new.checked_on IS NOT NULL AND (trim(new.number) = '' OR trim(new.office) = '' OR trim(new.source_label) = '')
BEGIN SELECT RAISE(ABORT, 'CHECK constraint failed: a checked hotline has a number, an office and a source'); END;

CREATE INDEX audit_act ON audit(act, id);

CREATE INDEX audit_refused ON audit(id) WHERE outcome = 'refused';

-- `source`: chat (the assistant fulfils it at once), or how it reached an officer. `clock_at`: the next instant by which the law
-- wants something done (the answer, then the end), NULL once it is done. `box`: officers' notes, sealed.
ALTER TABLE data_requests ADD COLUMN source TEXT NOT NULL DEFAULT 'chat';

ALTER TABLE data_requests ADD COLUMN unit_id TEXT;

ALTER TABLE data_requests ADD COLUMN code TEXT;

ALTER TABLE data_requests ADD COLUMN others INTEGER NOT NULL DEFAULT 0;

ALTER TABLE data_requests ADD COLUMN answered_at TEXT;

ALTER TABLE data_requests ADD COLUMN finish_at TEXT;

ALTER TABLE data_requests ADD COLUMN extended INTEGER NOT NULL DEFAULT 0;

ALTER TABLE data_requests ADD COLUMN clock_at TEXT;

ALTER TABLE data_requests ADD COLUMN outcome TEXT;

ALTER TABLE data_requests ADD COLUMN box BLOB;

ALTER TABLE data_requests ADD COLUMN version INTEGER NOT NULL DEFAULT 1;

UPDATE data_requests SET clock_at = due_at WHERE done_at IS NULL;

DROP INDEX data_requests_open;

CREATE UNIQUE INDEX data_requests_code ON data_requests(code) WHERE code IS NOT NULL;

CREATE INDEX data_requests_clock ON data_requests(clock_at, id) WHERE done_at IS NULL;

CREATE INDEX data_requests_chat ON data_requests(done_at, id) WHERE done_at IS NOT NULL AND unit_id IS NULL;

-- Those an officer recorded: few, and the only ones with a unit.
CREATE INDEX data_requests_desk ON data_requests(done_at, id) WHERE done_at IS NOT NULL AND unit_id IS NOT NULL;

-- The breach desk (F64). What happened, to whom and what was done stands in entries that nothing changes; the row holds
-- only where the matter stands and its 72-hour clock. `box`: its title, sealed.
CREATE TABLE incidents (
  id TEXT PRIMARY KEY,
  code TEXT NOT NULL UNIQUE,
  unit_id TEXT NOT NULL,
  box BLOB NOT NULL,
  state TEXT NOT NULL DEFAULT 'open',
  detected_at TEXT NOT NULL,
  due_at TEXT NOT NULL,
  notified_at TEXT,
  people_told_at TEXT,
  closed_at TEXT,
  opened_by TEXT NOT NULL,
  opened_at TEXT NOT NULL,
  entries INTEGER NOT NULL DEFAULT 0
);

CREATE INDEX incidents_state ON incidents(state, due_at, id);

CREATE INDEX incidents_closed ON incidents(closed_at) WHERE closed_at IS NOT NULL;

CREATE TABLE incident_entries (
  incident_id TEXT NOT NULL,
  place INTEGER NOT NULL,
  at TEXT NOT NULL,
  officer_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  box BLOB,
  PRIMARY KEY (incident_id, place)
) WITHOUT ROWID;

CREATE TRIGGER incident_entries_never_change BEFORE UPDATE ON incident_entries
BEGIN SELECT RAISE(ABORT, 'the entries of an incident are not changed'); END;

CREATE TRIGGER incident_entries_stay BEFORE DELETE ON incident_entries WHEN EXISTS (SELECT 1 FROM incidents WHERE id = old.incident_id)
BEGIN SELECT RAISE(ABORT, 'the entries of an incident stay with it'); END;

CREATE TRIGGER incident_entries_go AFTER DELETE ON incidents BEGIN DELETE FROM incident_entries WHERE incident_id = old.id; END;
