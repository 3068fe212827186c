-- From the first schema to the second. Not changed once it has been released.

ALTER TABLE journal ADD COLUMN details TEXT;
ALTER TABLE groups ADD COLUMN demands TEXT NOT NULL DEFAULT '{}';
