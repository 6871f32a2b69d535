-- What officers' pages of campaigns look up: titles without accents, what is planned in a month, themes and days of the year.

-- Words of titles. unicode61 folds accents by itself, but knows no đ. The id is a word of its own, so that a title can be replaced
-- without walking the table.
CREATE VIRTUAL TABLE campaign_words USING fts5(id, words, tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3');

INSERT INTO campaign_words(id, words) SELECT id, replace(replace(title, 'đ', 'd'), 'Đ', 'D') FROM campaigns;

CREATE TRIGGER campaigns_worded AFTER INSERT ON campaigns
BEGIN
  INSERT INTO campaign_words(id, words) VALUES (new.id, replace(replace(new.title, 'đ', 'd'), 'Đ', 'D'));
END;

CREATE TRIGGER campaigns_reworded AFTER UPDATE OF title ON campaigns WHEN new.title <> old.title
BEGIN
  UPDATE campaign_words SET words = replace(replace(new.title, 'đ', 'd'), 'Đ', 'D')
  WHERE rowid IN (SELECT rowid FROM campaign_words WHERE campaign_words MATCH 'id:"' || old.id || '"');
END;

CREATE TRIGGER campaigns_unworded AFTER DELETE ON campaigns
BEGIN
  DELETE FROM campaign_words WHERE rowid IN (SELECT rowid FROM campaign_words WHERE campaign_words MATCH 'id:"' || old.id || '"');
END;

CREATE INDEX campaigns_topic ON campaigns(topic, id) WHERE topic IS NOT NULL;

CREATE INDEX campaigns_planned ON campaigns(plan ->> 'at') WHERE state IN ('draft', 'submitted');

CREATE INDEX broadcasts_starts ON broadcasts(starts_at, id);

-- F13. `unit_id`: whose theme it is; the units below see it too.
CREATE TABLE themes (
  id TEXT PRIMARY KEY,
  unit_id TEXT NOT NULL,
  year INTEGER NOT NULL,
  name TEXT NOT NULL,
  created_at TEXT NOT NULL
) WITHOUT ROWID;

CREATE UNIQUE INDEX themes_unit ON themes(unit_id, year, name);

-- `day`: `MM-DD` comes every year, `YYYY-MM-DD` once (Tết is data of each year, never computed). `unit_id` is '' for what is built in.
CREATE TABLE observances (
  id TEXT PRIMARY KEY,
  unit_id TEXT NOT NULL DEFAULT '',
  day TEXT NOT NULL,
  vi TEXT NOT NULL,
  en TEXT
) WITHOUT ROWID;

CREATE UNIQUE INDEX observances_unit ON observances(unit_id, day, vi);
