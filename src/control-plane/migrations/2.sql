-- From the first schema to the second. Not changed once it has been released.

ALTER TABLE journal ADD COLUMN details TEXT;

ALTER TABLE cluster ADD COLUMN maintenance INTEGER NOT NULL DEFAULT 0 CHECK (maintenance IN (0, 1));
ALTER TABLE cluster ADD COLUMN destroyed INTEGER NOT NULL DEFAULT 0 CHECK (destroyed IN (0, 1));

ALTER TABLE nodes ADD COLUMN drain TEXT;
ALTER TABLE nodes ADD COLUMN stability TEXT NOT NULL DEFAULT '{"losses":[],"quarantine":null}';

ALTER TABLE groups ADD COLUMN exceptions TEXT NOT NULL DEFAULT '[]';
ALTER TABLE groups ADD COLUMN plan TEXT NOT NULL DEFAULT '{"move":null,"failback":null,"start":null,"loss":null}';

CREATE TABLE operations (
  id        TEXT PRIMARY KEY,
  operation TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE idempotency (
  actor       TEXT    NOT NULL,
  key         TEXT    NOT NULL,
  fingerprint TEXT    NOT NULL,
  answer      TEXT    NOT NULL,
  at          INTEGER NOT NULL,
  PRIMARY KEY (actor, key)
) STRICT, WITHOUT ROWID;
ALTER TABLE groups ADD COLUMN demands TEXT NOT NULL DEFAULT '{}';

ALTER TABLE holds ADD COLUMN machine TEXT;
ALTER TABLE holds ADD COLUMN devices TEXT NOT NULL DEFAULT '[]';
ALTER TABLE cluster ADD COLUMN silent TEXT NOT NULL DEFAULT '[]';

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

-- The cluster registry. `path` is the whole key in lower case, which keys are compared by; `name` is its last part as it
-- was written. The key of an object has a row only once something below it has been written.
CREATE TABLE registry_keys (
  path       TEXT    PRIMARY KEY,
  parent     TEXT    NOT NULL,
  name       TEXT    NOT NULL,
  written_at INTEGER NOT NULL,
  revision   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE registry_values (
  path     TEXT    NOT NULL,
  leaf     TEXT    NOT NULL,
  name     TEXT    NOT NULL,
  data     TEXT    NOT NULL,
  bytes    INTEGER NOT NULL,
  revision INTEGER NOT NULL,
  PRIMARY KEY (path, leaf)
) STRICT, WITHOUT ROWID;

-- How often the registry has been changed (one row, from the first change on).
CREATE TABLE registry_revision (
  one    INTEGER PRIMARY KEY CHECK (one = 1),
  number INTEGER NOT NULL
) STRICT;

-- Who wants to be notified of what, and up to which journal entry that was done.
CREATE TABLE notify_ports (
  id            TEXT    PRIMARY KEY,
  registrations TEXT    NOT NULL,
  position      INTEGER NOT NULL,
  asked_at      INTEGER NOT NULL,
  token         TEXT
) STRICT, WITHOUT ROWID;
