-- From the first schema to the second. Not changed once it has been released.

ALTER TABLE journal ADD COLUMN details TEXT;

CREATE TABLE webhooks (
  id              TEXT    PRIMARY KEY,
  url             TEXT    NOT NULL,
  kinds           TEXT    NOT NULL,
  description     TEXT    NOT NULL,
  created_at      INTEGER NOT NULL,
  created_by      TEXT    NOT NULL,
  secret          TEXT    NOT NULL,
  previous_secret TEXT,
  previous_until  INTEGER,
  cursor          INTEGER NOT NULL,
  counted_from    INTEGER NOT NULL,
  state           TEXT    NOT NULL
) STRICT, WITHOUT ROWID;
