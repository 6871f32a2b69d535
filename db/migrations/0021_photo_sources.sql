-- By which road a photo came: sent by its member, or brought to an officer by letter, visit or phone, or taken by one. What
-- an officer added is never counted or shown as the member's.
ALTER TABLE photos ADD COLUMN source TEXT NOT NULL DEFAULT 'member';
