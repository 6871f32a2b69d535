-- What became of the notices to members: whether one arrived, of which case, when, all of it sealed, each box as long as every
-- other. `day`, the day in Vietnam, is all that stands open: the row goes with it, and not when the case learns of it, so that
-- no row that comes or goes can be laid against a case that changes.
CREATE TABLE notice_outcomes (
  id TEXT PRIMARY KEY,
  day TEXT NOT NULL,
  box BLOB NOT NULL
) WITHOUT ROWID;

CREATE INDEX notice_outcomes_day ON notice_outcomes(day);

-- relay: waiting, queued (a notice stands ready, or left and nobody knows yet what became of it), sent, receipt (nobody was reached).
CREATE INDEX case_events_queued ON case_events(hour, id) WHERE relay = 'queued';
