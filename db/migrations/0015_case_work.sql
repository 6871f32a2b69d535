-- A report becomes a case that is worked (F31–F35, F40). Still no contact, no address and no exact time on a case's side;
-- officers' acts stand on whole hours too, so that nobody lays them beside a member's messages.

ALTER TABLE cases ADD COLUMN source TEXT NOT NULL DEFAULT 'assistant';

-- 0 a threatened member, 1 danger to health, 2 all others: what comes first.
ALTER TABLE cases ADD COLUMN rank INTEGER NOT NULL DEFAULT 2;

-- Only the named officer opens it (F40).
ALTER TABLE cases ADD COLUMN restricted INTEGER NOT NULL DEFAULT 0;

ALTER TABLE cases ADD COLUMN assignee_id TEXT;

-- The day in Vietnam by which the next step is due.
ALTER TABLE cases ADD COLUMN due_day TEXT NOT NULL DEFAULT '';

-- Why it stands where it does; and what came of it, which stays through closing.
ALTER TABLE cases ADD COLUMN reason_id TEXT;

ALTER TABLE cases ADD COLUMN outcome_id TEXT;

ALTER TABLE cases ADD COLUMN spam INTEGER NOT NULL DEFAULT 0;

-- The case it was merged into; its own receipt goes on working.
ALTER TABLE cases ADD COLUMN merged_into TEXT;

-- Grows by one with each act: an act decided on an older state fails.
ALTER TABLE cases ADD COLUMN version INTEGER NOT NULL DEFAULT 1;

UPDATE cases SET rank = 1 WHERE danger = 1;

-- The urgency officers were told of at once; what became more urgent since is told by the minute's job, apart from the turn
-- in which it came.
ALTER TABLE cases ADD COLUMN told_rank INTEGER NOT NULL DEFAULT 2;

UPDATE cases SET told_rank = rank;

CREATE INDEX cases_untold ON cases(id) WHERE rank < told_rank AND state <> 'closed' AND merged_into IS NULL AND spam = 0;

-- The officers' queue: what is open, most urgent first, then what is due first.
CREATE INDEX cases_queue ON cases(rank, due_day, id) WHERE state <> 'closed' AND merged_into IS NULL AND spam = 0;

CREATE INDEX cases_assignee ON cases(assignee_id, rank, due_day, id) WHERE state <> 'closed' AND merged_into IS NULL AND spam = 0;

-- For who names their officer.
CREATE INDEX cases_restricted ON cases(id) WHERE restricted = 1 AND state <> 'closed' AND merged_into IS NULL;

CREATE INDEX cases_opened ON cases(opened_hour, id);

CREATE INDEX cases_unit ON cases(unit_id, opened_hour, id);

CREATE INDEX cases_merged ON cases(merged_into) WHERE merged_into IS NOT NULL;

-- The thread of a case: what officers did, asked and noted, what the member answered. `place` is the order within the case
-- alone. `detail`: states, ids of officers, units, authorities, rows; nothing anybody wrote: that is in `box`, with the exact time.
-- `relay`: waiting, sent, or receipt (nobody could be written to). `seen`: the member has read it.
ALTER TABLE case_events ADD COLUMN place INTEGER NOT NULL DEFAULT 1;

ALTER TABLE case_events ADD COLUMN officer_id TEXT;

ALTER TABLE case_events ADD COLUMN detail TEXT;

ALTER TABLE case_events ADD COLUMN relay TEXT;

ALTER TABLE case_events ADD COLUMN seen INTEGER NOT NULL DEFAULT 0;

DROP INDEX case_events_case;

CREATE UNIQUE INDEX case_events_case ON case_events(case_id, place);

CREATE INDEX case_events_relay ON case_events(hour, id) WHERE relay = 'waiting';

-- A notice to a case's member names nobody in the clear: its recipient is sealed, and it is found again, to be taken back, by a
-- keyed hash of the case.
ALTER TABLE outbox ADD COLUMN notice_tag TEXT;

CREATE INDEX outbox_notice ON outbox(notice_tag) WHERE notice_tag IS NOT NULL;

-- What moved the cases of a day (db/figure-cases.ts).
CREATE INDEX case_events_moves ON case_events(hour) WHERE detail IS NOT NULL;

-- A name or phone the member typed: found by a keyed hash of the case, or of the contact who erases themselves, under a key
-- of its own. No contact for what an officer typed in.
CREATE TABLE case_identities (
  case_tag TEXT PRIMARY KEY,
  contact_tag TEXT,
  box BLOB NOT NULL
) WITHOUT ROWID;

CREATE INDEX case_identities_contact ON case_identities(contact_tag) WHERE contact_tag IS NOT NULL;

-- Who asked to see it, why, who let them (F31). `box`: the reason and the exact times, sealed: it may tell of the report, and
-- a minute could be laid beside a member's messages. `until_day`: the last day on which it may be granted.
-- state: asked, granted, refused, expired
CREATE TABLE identity_openings (
  id TEXT PRIMARY KEY,
  case_id TEXT NOT NULL,
  asked_by TEXT NOT NULL,
  asked_hour TEXT NOT NULL,
  until_day TEXT NOT NULL,
  state TEXT NOT NULL DEFAULT 'asked',
  decided_by TEXT,
  decided_hour TEXT,
  box BLOB NOT NULL
) WITHOUT ROWID;

CREATE INDEX identity_openings_case ON identity_openings(case_id, asked_hour, id);

CREATE INDEX identity_openings_waiting ON identity_openings(asked_hour, id) WHERE state = 'asked';

-- Officers who said that they have to do with what is reported (R8): they see the case no more.
CREATE TABLE case_conflicts (
  case_id TEXT NOT NULL,
  officer_id TEXT NOT NULL,
  hour TEXT NOT NULL,
  PRIMARY KEY (case_id, officer_id)
) WITHOUT ROWID;

-- Why a case moves, in officers' words and in the words its member reads. `state`: where the move leads.
CREATE TABLE case_reasons (
  id TEXT PRIMARY KEY,
  state TEXT NOT NULL,
  label_vi TEXT NOT NULL,
  label_en TEXT NOT NULL,
  says_vi TEXT NOT NULL,
  says_en TEXT NOT NULL,
  place INTEGER NOT NULL,
  active INTEGER NOT NULL DEFAULT 1,
  built_in TEXT,
  edited_at TEXT
) WITHOUT ROWID;

CREATE INDEX case_reasons_state ON case_reasons(state, place, id);
