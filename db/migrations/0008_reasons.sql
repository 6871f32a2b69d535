-- Reasons are counted where a statement sets one: the two that every message of a broadcast takes (claimed, sent) set
-- none, so that nothing runs for them. Whatever moves a row into or out of failed, unknown or skipped sets `reason`.
DROP TRIGGER outbox_moved_reason;

CREATE TRIGGER outbox_moved_reason AFTER UPDATE OF reason ON outbox
WHEN new.priority = 1 AND (new.state IN ('failed', 'unknown', 'skipped') OR old.state IN ('failed', 'unknown', 'skipped'))
BEGIN
  UPDATE broadcast_reasons SET n = n - 1
  WHERE broadcast_id = old.broadcast_id AND channel = old.channel AND state = old.state AND reason = coalesce(old.reason, '');
  INSERT INTO broadcast_reasons(broadcast_id, channel, state, reason, n)
  SELECT new.broadcast_id, new.channel, new.state, coalesce(new.reason, ''), 1
  WHERE new.state IN ('failed', 'unknown', 'skipped') ON CONFLICT DO UPDATE SET n = n + 1;
END;
