-- What officers made of a photo: copies with black boxes, and which of a photo's copies may leave the house (F33, R7).
CREATE TABLE photo_copies (
  id TEXT PRIMARY KEY,
  photo_id TEXT NOT NULL,
  place INTEGER NOT NULL,
  hour TEXT NOT NULL,
  officer_id TEXT NOT NULL,
  facts BLOB NOT NULL,
  UNIQUE (photo_id, place)
) WITHOUT ROWID;
