-- What officers made of a photo: copies with black boxes. `cleared`: its maker says that no face, plate or name is to be seen;
-- only the newest copy of a photo, and only a cleared one, may leave the house (F33, R7).
CREATE TABLE photo_copies (
  id TEXT PRIMARY KEY,
  photo_id TEXT NOT NULL,
  place INTEGER NOT NULL,
  hour TEXT NOT NULL,
  officer_id TEXT NOT NULL,
  cleared INTEGER NOT NULL DEFAULT 0,
  facts BLOB NOT NULL,
  UNIQUE (photo_id, place)
) WITHOUT ROWID;
