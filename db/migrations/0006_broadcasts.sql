-- Campaigns (what is written), broadcasts (one run of a campaign to its audience), and the ledger: one outbox row a person and broadcast.

-- `content`, `audience`, `plan` are JSON; `version` grows with each edit and is what an approval is for. `editors`: who
-- wrote any of it, none of whom may approve. `needs`: approvals, two where an authority's decision about a business is named (R5).
CREATE TABLE campaigns (
  id TEXT PRIMARY KEY,
  unit_id TEXT NOT NULL,
  author_id TEXT NOT NULL,
  editors TEXT NOT NULL,
  title TEXT NOT NULL,
  content TEXT NOT NULL,
  audience TEXT NOT NULL,
  plan TEXT NOT NULL,
  topic TEXT,
  theme TEXT,
  state TEXT NOT NULL DEFAULT 'draft',
  version INTEGER NOT NULL DEFAULT 1,
  needs INTEGER NOT NULL DEFAULT 1,
  approvals INTEGER NOT NULL DEFAULT 0,
  next_at INTEGER,
  created_at TEXT NOT NULL,
  changed_at TEXT NOT NULL
);

CREATE INDEX campaigns_unit ON campaigns(unit_id, id);

CREATE INDEX campaigns_state ON campaigns(state, id);

CREATE INDEX campaigns_next ON campaigns(next_at) WHERE state = 'approved' AND next_at IS NOT NULL;

CREATE TABLE approvals (
  campaign_id TEXT NOT NULL,
  version INTEGER NOT NULL,
  officer_id TEXT NOT NULL,
  at TEXT NOT NULL,
  PRIMARY KEY (campaign_id, version, officer_id)
) WITHOUT ROWID;

-- One run. `message` is the frozen text, once for all; `code` is what a member types to ask whether it is real, `word`
-- what opens its buttons where there are none. `cursor`: the last contact whose row is made, NULL once all are.
-- Times in epoch ms. `broken` counts failures that no person explains; past the budget the run pauses.
CREATE TABLE broadcasts (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  campaign_id TEXT NOT NULL,
  unit_id TEXT NOT NULL,
  code TEXT NOT NULL UNIQUE,
  word TEXT NOT NULL,
  message TEXT NOT NULL,
  audience TEXT NOT NULL,
  state TEXT NOT NULL DEFAULT 'preparing',
  reason TEXT,
  cursor TEXT,
  approved_at INTEGER NOT NULL,
  starts_at INTEGER NOT NULL,
  started_at INTEGER,
  ended_at INTEGER,
  broken INTEGER NOT NULL DEFAULT 0,
  -- People of this outcome are asked for again, from this contact on.
  resend TEXT,
  resend_cursor TEXT,
  -- Of which rest its officers were told.
  told TEXT,
  opted_out INTEGER NOT NULL DEFAULT 0,
  -- When its ledger was let go of: from then on only totals are known.
  forgotten_at INTEGER,
  taps INTEGER NOT NULL DEFAULT 0
);

CREATE INDEX broadcasts_state ON broadcasts(state, starts_at);

CREATE INDEX broadcasts_unit ON broadcasts(unit_id, id);

CREATE INDEX broadcasts_campaign ON broadcasts(campaign_id, id);

CREATE INDEX broadcasts_word ON broadcasts(word, id);

CREATE INDEX broadcasts_ended ON broadcasts(ended_at) WHERE ended_at IS NOT NULL;

CREATE INDEX broadcasts_kept ON broadcasts(id) WHERE forgotten_at IS NULL;

-- What became of whom, as totals kept by the triggers below: whatever changes a row, the sums equal the audience. One row
-- a channel, because each person's row changes state twice while a run is sent; reasons stand apart, few have one.
CREATE TABLE broadcast_totals (
  broadcast_id INTEGER NOT NULL,
  channel TEXT NOT NULL,
  queued INTEGER NOT NULL DEFAULT 0,
  sending INTEGER NOT NULL DEFAULT 0,
  sent INTEGER NOT NULL DEFAULT 0,
  failed INTEGER NOT NULL DEFAULT 0,
  unknown INTEGER NOT NULL DEFAULT 0,
  skipped INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (broadcast_id, channel)
) WITHOUT ROWID;

CREATE TABLE broadcast_reasons (
  broadcast_id INTEGER NOT NULL,
  channel TEXT NOT NULL,
  state TEXT NOT NULL,
  reason TEXT NOT NULL,
  n INTEGER NOT NULL,
  PRIMARY KEY (broadcast_id, channel, state, reason)
) WITHOUT ROWID;

ALTER TABLE outbox ADD COLUMN settled_at INTEGER;

-- A run's rows are made by the million, all of them waiting.
CREATE TRIGGER outbox_counted AFTER INSERT ON outbox WHEN new.priority = 1 AND new.state = 'queued'
BEGIN
  INSERT INTO broadcast_totals(broadcast_id, channel, queued) VALUES (new.broadcast_id, new.channel, 1)
  ON CONFLICT DO UPDATE SET queued = queued + 1;
END;

CREATE TRIGGER outbox_counted_moved AFTER INSERT ON outbox WHEN new.priority = 1 AND new.state <> 'queued'
BEGIN
  INSERT INTO broadcast_totals(broadcast_id, channel, sending, sent, failed, unknown, skipped)
  VALUES (new.broadcast_id, new.channel, new.state = 'sending', new.state = 'sent', new.state = 'failed', new.state = 'unknown',
    new.state = 'skipped')
  ON CONFLICT DO UPDATE SET sending = sending + excluded.sending, sent = sent + excluded.sent, failed = failed + excluded.failed,
    unknown = unknown + excluded.unknown, skipped = skipped + excluded.skipped;
  INSERT INTO broadcast_reasons(broadcast_id, channel, state, reason, n)
  SELECT new.broadcast_id, new.channel, new.state, coalesce(new.reason, ''), 1
  WHERE new.state IN ('failed', 'unknown', 'skipped') ON CONFLICT DO UPDATE SET n = n + 1;
END;

CREATE TRIGGER outbox_moved AFTER UPDATE OF state ON outbox WHEN new.priority = 1 AND new.state <> old.state
BEGIN
  UPDATE broadcast_totals SET
    queued = queued + (new.state = 'queued') - (old.state = 'queued'),
    sending = sending + (new.state = 'sending') - (old.state = 'sending'),
    sent = sent + (new.state = 'sent') - (old.state = 'sent'),
    failed = failed + (new.state = 'failed') - (old.state = 'failed'),
    unknown = unknown + (new.state = 'unknown') - (old.state = 'unknown'),
    skipped = skipped + (new.state = 'skipped') - (old.state = 'skipped')
  WHERE broadcast_id = new.broadcast_id AND channel = new.channel;
END;

CREATE TRIGGER outbox_moved_reason AFTER UPDATE OF state ON outbox
WHEN new.priority = 1 AND new.state <> old.state
  AND (new.state IN ('failed', 'unknown', 'skipped') OR old.state IN ('failed', 'unknown', 'skipped'))
BEGIN
  UPDATE broadcast_reasons SET n = n - 1
  WHERE broadcast_id = old.broadcast_id AND channel = old.channel AND state = old.state AND reason = coalesce(old.reason, '');
  INSERT INTO broadcast_reasons(broadcast_id, channel, state, reason, n)
  SELECT new.broadcast_id, new.channel, new.state, coalesce(new.reason, ''), 1
  WHERE new.state IN ('failed', 'unknown', 'skipped') ON CONFLICT DO UPDATE SET n = n + 1;
END;

-- Replies and pushes are looked for apart; a broadcast's rows lie in the order of their people, so that a million rows
-- are appended, not scattered.
DROP INDEX outbox_due;

CREATE INDEX outbox_due ON outbox(channel, due_at, id) WHERE state = 'queued' AND priority = 0;

CREATE INDEX outbox_pushes ON outbox(broadcast_id, channel, due_at) WHERE state = 'queued' AND priority = 1;

DROP INDEX outbox_pushed;

CREATE UNIQUE INDEX outbox_person ON outbox(broadcast_id, contact_id) WHERE priority = 1;

-- Pushes to a person in the week that begins on this Monday (R14), reserved before the send.
CREATE TABLE push_counts (
  contact_id TEXT PRIMARY KEY,
  week TEXT NOT NULL,
  n INTEGER NOT NULL
) WITHOUT ROWID;

CREATE INDEX push_counts_week ON push_counts(week);

-- Where a person wrote last, so that an audience is one walk along one index. `linked`: has more than one address.
ALTER TABLE contacts ADD COLUMN last_channel TEXT;

ALTER TABLE contacts ADD COLUMN last_address TEXT;

ALTER TABLE contacts ADD COLUMN linked INTEGER NOT NULL DEFAULT 0;

UPDATE contacts SET (last_channel, last_address) =
  (SELECT a.channel, a.id FROM addresses a WHERE a.contact_id = contacts.id ORDER BY a.in_at DESC LIMIT 1),
  linked = (SELECT count(*) > 1 FROM addresses a WHERE a.contact_id = contacts.id);

CREATE INDEX contacts_reach ON contacts(id, unit_id, push, deals, age, kind, member_kind, joined_day, last_channel, last_address, linked)
  WHERE push = 1 OR deals = 1;

CREATE INDEX contacts_unit_reach ON contacts(unit_id, push, deals) WHERE push = 1 OR deals = 1;

-- Emergency stops (F68): all pushes rest while one of them has no end. The second officer ends it.
CREATE TABLE halts (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  at TEXT NOT NULL,
  officer_id TEXT NOT NULL,
  restart_by TEXT,
  restart_at TEXT,
  ended_by TEXT,
  ended_at TEXT
);

CREATE UNIQUE INDEX halts_open ON halts((1)) WHERE ended_at IS NULL;

-- Pictures of campaigns: public, small (a megabyte at most), served at /media/<id>.
CREATE TABLE images (
  id TEXT PRIMARY KEY,
  unit_id TEXT NOT NULL,
  mime TEXT NOT NULL,
  bytes BLOB NOT NULL,
  created_at TEXT NOT NULL
);

-- When the bucket was last told to wait: a clock that jumped back must not make it wait until it has caught up.
ALTER TABLE paces ADD COLUMN held_at INTEGER NOT NULL DEFAULT 0;

-- Web chat: the push a line carries, until the page has fetched it.
ALTER TABLE transcript ADD COLUMN push_id INTEGER;

CREATE INDEX transcript_unseen ON transcript(address_id) WHERE push_id IS NOT NULL;

-- Inquiries at the desk: who answers, how it ended.
ALTER TABLE inquiries ADD COLUMN officer_id TEXT;

CREATE INDEX inquiries_waiting ON inquiries(unit_id, due_at, id) WHERE state = 'waiting';
