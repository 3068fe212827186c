-- What commit 86996d7 (2026-11-26 19:50) had written when it was killed: NODE1 owns Exchange, NODE2 is paused.
CREATE TABLE cluster (
  one         INTEGER PRIMARY KEY CHECK (one = 1),
  revision    INTEGER NOT NULL,
  epoch_floor INTEGER NOT NULL,
  definition  TEXT    NOT NULL,
  maintenance INTEGER NOT NULL DEFAULT 0 CHECK (maintenance IN (0, 1)),
  destroyed   INTEGER NOT NULL DEFAULT 0 CHECK (destroyed IN (0, 1)),
  silent      TEXT    NOT NULL DEFAULT '[]'
) STRICT;
INSERT INTO cluster VALUES(1,1,0,'{"cluster":"exchange","lease":{"ttlMs":2000,"renewMs":500},"timeZone":"UTC","properties":{},"networks":{"client":{"cidr":"127.0.119.0/24","role":"ClientAccess","properties":{}}},"nodes":{"NODE1":{"address":"127.0.119.1","properties":{}},"NODE2":{"address":"127.0.119.2","properties":{}}},"resourceTypes":{},"groups":{"Exchange":{"preferredOwners":["NODE1","NODE2"],"dependsOn":[],"properties":{},"resources":{"Disk E:":{"type":"Physical Disk","dependsOn":[],"possibleOwners":[],"properties":{}},"Exchange IP":{"type":"IP Address","dependsOn":[],"possibleOwners":[],"properties":{"Address":"127.0.119.100","SubnetMask":"255.255.255.0","Network":"client"}},"Exchange Name":{"type":"Network Name","dependsOn":["Exchange IP"],"possibleOwners":[],"properties":{"Name":"EXCHVS"}}}}}}',0,0,'[]');
CREATE TABLE generation (
  one    INTEGER PRIMARY KEY CHECK (one = 1),
  number INTEGER NOT NULL,
  nonce  TEXT    NOT NULL
) STRICT;
INSERT INTO generation VALUES(1,1,'7fdf76bf-ccef-4e22-a7f3-6f110edcbdc7');
CREATE TABLE groups (
  name       TEXT    PRIMARY KEY,
  epoch      INTEGER NOT NULL,
  wanted     TEXT    NOT NULL CHECK (wanted IN ('Online', 'Offline')),
  troubles   TEXT    NOT NULL,
  exceptions TEXT    NOT NULL DEFAULT '[]',
  plan       TEXT    NOT NULL DEFAULT '{"move":null,"failback":null,"start":null,"loss":null}',
  demands    TEXT    NOT NULL DEFAULT '{}'
) STRICT, WITHOUT ROWID;
INSERT INTO "groups" VALUES('Exchange',1,'Online','{"failovers":[],"resources":{},"givenUp":null}','[]','{"move":null,"failback":null,"start":null,"loss":null}','{}');
CREATE TABLE holds (
  id          TEXT    PRIMARY KEY,
  group_name  TEXT    NOT NULL,
  epoch       INTEGER NOT NULL,
  node        TEXT    NOT NULL,
  incarnation TEXT    NOT NULL,
  addresses   TEXT    NOT NULL,
  phase       TEXT    NOT NULL,
  machine     TEXT,
  devices     TEXT    NOT NULL DEFAULT '[]'
) STRICT, WITHOUT ROWID;
INSERT INTO holds VALUES('Exchange#1','Exchange',1,'NODE1','NODE1-f33f353b-c5a6-4ef7-982c-aedcee3dfabc','["127.0.119.100"]','{"kind":"owned","before":{"127.0.119.100":"unused"},"online":true,"came":["127.0.119.100"]}',NULL,'[]');
CREATE TABLE idempotency (
  actor       TEXT    NOT NULL,
  key         TEXT    NOT NULL,
  fingerprint TEXT    NOT NULL,
  answer      TEXT    NOT NULL,
  at          INTEGER NOT NULL,
  PRIMARY KEY (actor, key)
) STRICT, WITHOUT ROWID;
CREATE TABLE journal (
  seq        INTEGER PRIMARY KEY,
  at         INTEGER NOT NULL,
  kind       TEXT    NOT NULL,
  severity   TEXT    NOT NULL,
  sentence   TEXT    NOT NULL,
  mscs_id    INTEGER,
  epoch      INTEGER,
  node       TEXT,
  group_name TEXT,
  resource   TEXT,
  actor      TEXT    NOT NULL,
  details    TEXT
) STRICT;
INSERT INTO journal VALUES(1,1795724458705,'cluster.defined','info','Definition 1 of cluster exchange was applied: cluster.',NULL,NULL,NULL,NULL,NULL,'admin','{"revision":1}');
INSERT INTO journal VALUES(2,1795724458796,'token.created','info','Token dff5d7ececcb1568 was made: that of node NODE1.',NULL,NULL,'NODE1',NULL,NULL,'admin','{"token":"dff5d7ececcb1568","role":"node","subject":"NODE1"}');
INSERT INTO journal VALUES(3,1795724458991,'node.joined','info','Node NODE1 joined the cluster.',NULL,NULL,'NODE1',NULL,NULL,'cluster',NULL);
INSERT INTO journal VALUES(4,1795724461373,'group.owned','info','Node NODE1 owns group Exchange under epoch 1.',NULL,1,'NODE1','Exchange',NULL,'cluster','{"because":"new","from":null}');
INSERT INTO journal VALUES(5,1795724461421,'group.online','info','Group Exchange is online on node NODE1.',NULL,1,'NODE1','Exchange',NULL,'cluster',NULL);
INSERT INTO journal VALUES(6,1795724462936,'token.created','info','Token bc87ab8cedfc6499 was made: that of node NODE2.',NULL,NULL,'NODE2',NULL,NULL,'admin','{"token":"bc87ab8cedfc6499","role":"node","subject":"NODE2"}');
INSERT INTO journal VALUES(7,1795724463061,'node.joined','info','Node NODE2 joined the cluster.',NULL,NULL,'NODE2',NULL,NULL,'cluster',NULL);
INSERT INTO journal VALUES(8,1795724466952,'node.paused','info','Node NODE2 is paused: it gets no more groups.',NULL,NULL,'NODE2',NULL,NULL,'admin',NULL);
CREATE TABLE leases (
  incarnation TEXT PRIMARY KEY,
  node        TEXT NOT NULL,
  held        TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO leases VALUES('NODE1-f33f353b-c5a6-4ef7-982c-aedcee3dfabc','NODE1','{"Exchange#1":{"k":16,"ttlHeldMs":2000,"drainGrantsLeft":null}}');
CREATE TABLE migrations (version INTEGER PRIMARY KEY, applied_at INTEGER NOT NULL) STRICT;
INSERT INTO migrations VALUES(3,1795724458675);
CREATE TABLE nodes (
  name      TEXT    PRIMARY KEY,
  paused    INTEGER NOT NULL CHECK (paused IN (0, 1)),
  drain     TEXT,
  stability TEXT    NOT NULL DEFAULT '{"losses":[],"quarantine":null}'
) STRICT, WITHOUT ROWID;
INSERT INTO nodes VALUES('NODE1',0,NULL,'{"losses":[],"quarantine":null}');
INSERT INTO nodes VALUES('NODE2',1,'{"target":null}','{"losses":[],"quarantine":null}');
CREATE TABLE notify_ports (
  id            TEXT    PRIMARY KEY,
  registrations TEXT    NOT NULL,
  position      INTEGER NOT NULL,
  asked_at      INTEGER NOT NULL,
  token         TEXT
) STRICT, WITHOUT ROWID;
CREATE TABLE operations (
  id        TEXT PRIMARY KEY,
  operation TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO operations VALUES('75a9a90a72e82e1d','{"id":"75a9a90a72e82e1d","actor":"admin","startedAt":1795724458705,"node":null,"group":null,"resource":null,"epoch":null,"count":null,"groups":["Exchange"],"ends":[],"kind":"apply","status":{"state":"Completed","at":1795724458705}}');
INSERT INTO operations VALUES('7b00493db6f47e1d','{"id":"7b00493db6f47e1d","actor":"admin","startedAt":1795724466952,"node":"NODE2","group":null,"resource":null,"epoch":null,"count":null,"groups":[],"ends":[],"kind":"drain","status":{"state":"Completed","at":1795724466952}}');
CREATE TABLE registry_keys (
  path       TEXT    PRIMARY KEY,
  parent     TEXT    NOT NULL,
  name       TEXT    NOT NULL,
  written_at INTEGER NOT NULL,
  revision   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE registry_revision (
  one    INTEGER PRIMARY KEY CHECK (one = 1),
  number INTEGER NOT NULL
) STRICT;
CREATE TABLE registry_values (
  path     TEXT    NOT NULL,
  leaf     TEXT    NOT NULL,
  name     TEXT    NOT NULL,
  data     TEXT    NOT NULL,
  bytes    INTEGER NOT NULL,
  revision INTEGER NOT NULL,
  PRIMARY KEY (path, leaf)
) STRICT, WITHOUT ROWID;
CREATE TABLE tokens (
  id         TEXT    PRIMARY KEY,
  role       TEXT    NOT NULL CHECK (role IN ('reader', 'operator', 'node', 'partner')),
  subject    TEXT,
  digest     BLOB    NOT NULL,
  created_at INTEGER NOT NULL,
  created_by TEXT    NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO tokens VALUES('bc87ab8cedfc6499','node','NODE2',X'1545E340ADA33FB33E04A493B29764486F2EA0B44B83EB733E2F164826991B4F',1795724462935,'admin');
INSERT INTO tokens VALUES('dff5d7ececcb1568','node','NODE1',X'DE3DED9AEFAC215C68A9D28E3E3609FE18F9212C53B08061A212BAD4880A8936',1795724458795,'admin');
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
