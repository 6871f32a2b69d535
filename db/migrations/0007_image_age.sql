-- Pictures of campaigns go when they are 24 months old: found by when they were made.
CREATE INDEX images_made ON images(created_at);
