-- Figures (F59): what is counted while a month goes, and what of it may be shown once it is over. A month is published
-- once and never changes: two looks at a running month would tell what one person did in between (R23).

-- One row a month, made by the first minute of it. `stage`: open → reach → runs → publish → drop → done; `cursor`: how far.
CREATE TABLE figure_months (
  month TEXT PRIMARY KEY,
  stage TEXT NOT NULL DEFAULT 'open',
  cursor TEXT NOT NULL DEFAULT ''
) WITHOUT ROWID;

-- Exact and never shown; gone once its month is published. `cut`: unit, channel or topic; `key`: which one, '' none.
-- `people`: at least so many different people stand behind n.
CREATE TABLE figure_counts (
  month TEXT NOT NULL,
  cut TEXT NOT NULL,
  what TEXT NOT NULL,
  key TEXT NOT NULL,
  n INTEGER NOT NULL,
  people INTEGER NOT NULL,
  PRIMARY KEY (month, cut, what, key)
) WITHOUT ROWID;

-- Who was counted this month already, as keyed hashes of a month.
CREATE TABLE figure_people (
  tag TEXT PRIMARY KEY,
  month TEXT NOT NULL
) WITHOUT ROWID;

CREATE INDEX figure_people_month ON figure_people(month);

-- What may be shown and nothing else: a cell that is hidden has no row. Key '' is the sum of all.
CREATE TABLE figures (
  id INTEGER PRIMARY KEY,
  cut TEXT NOT NULL,
  what TEXT NOT NULL,
  key TEXT NOT NULL,
  month TEXT NOT NULL,
  n INTEGER NOT NULL
);

CREATE UNIQUE INDEX figures_cell ON figures(cut, what, key, month);

CREATE INDEX figures_month ON figures(month);

-- A run is counted in the month it ended in, once, also when it is sent again to some later.
ALTER TABLE broadcasts ADD COLUMN figured INTEGER NOT NULL DEFAULT 0;

CREATE INDEX broadcasts_unfigured ON broadcasts(ended_at, id) WHERE figured = 0 AND ended_at IS NOT NULL;

-- Who begins or ends to get messages counts once a month, by word, by button or by blocking alike.
CREATE TRIGGER contacts_joined AFTER UPDATE OF push ON contacts
WHEN old.push = 0 AND new.push = 1 AND 1 >= (
  SELECT count(*) FROM consents c WHERE c.contact_id = new.id AND c.purpose = 'push' AND c.choice = 'yes'
    AND substr(datetime(c.at, '+7 hours'), 1, 7) = (SELECT max(month) FROM figure_months))
BEGIN
  INSERT INTO figure_counts(month, cut, what, key, n, people)
  SELECT m.month, j.value ->> 0, 'joined', j.value ->> 1, 1, 1
  FROM (SELECT max(month) AS month FROM figure_months) m, json_each(json_array(
    json_array('unit', coalesce(new.unit_id, '')), json_array('channel', coalesce(new.last_channel, '')))) j
  WHERE m.month IS NOT NULL
  ON CONFLICT DO UPDATE SET n = n + 1, people = people + 1;
END;

CREATE TRIGGER contacts_stopped AFTER UPDATE OF push ON contacts
WHEN old.push = 1 AND new.push = 0 AND 1 >= (
  SELECT count(*) FROM consents c WHERE c.contact_id = new.id AND c.purpose = 'push' AND c.choice = 'withdrawn'
    AND substr(datetime(c.at, '+7 hours'), 1, 7) = (SELECT max(month) FROM figure_months))
BEGIN
  INSERT INTO figure_counts(month, cut, what, key, n, people)
  SELECT m.month, j.value ->> 0, 'stopped', j.value ->> 1, 1, 1
  FROM (SELECT max(month) AS month FROM figure_months) m, json_each(json_array(
    json_array('unit', coalesce(new.unit_id, '')), json_array('channel', coalesce(new.last_channel, '')))) j
  WHERE m.month IS NOT NULL
  ON CONFLICT DO UPDATE SET n = n + 1, people = people + 1;
END;

-- What each channel last said of itself when it was asked (db/health.ts): no secret.
CREATE TABLE channel_health (
  channel TEXT PRIMARY KEY,
  asked_at TEXT NOT NULL,
  ok INTEGER NOT NULL,
  detail TEXT NOT NULL
) WITHOUT ROWID;

-- The queue of members' messages, what is due first on top, for officers of many units.
CREATE INDEX inquiries_due ON inquiries(due_at, id) WHERE state = 'waiting';

-- Whether a message was ever tried out, for the checklist of the first day: one row is looked for, never the whole log.
CREATE INDEX audit_tested ON audit(act) WHERE act = 'campaign.test';
