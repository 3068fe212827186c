-- What commit d0544a4 (2026-11-26 05:48) had written when it was killed: NODE1 owns Exchange, NODE2 is paused.
CREATE TABLE migrations (version INTEGER PRIMARY KEY, applied_at INTEGER NOT NULL) STRICT;
INSERT INTO migrations VALUES(2,1795715902403);
CREATE TABLE generation (
  one    INTEGER PRIMARY KEY CHECK (one = 1),
  number INTEGER NOT NULL,
  nonce  TEXT    NOT NULL
) STRICT;
INSERT INTO generation VALUES(1,1,'28b3cac2-9bfb-48fb-b2d1-57d9079a2e20');
CREATE TABLE cluster (
  one         INTEGER PRIMARY KEY CHECK (one = 1),
  revision    INTEGER NOT NULL,
  epoch_floor INTEGER NOT NULL,
  definition  TEXT    NOT NULL,
  maintenance INTEGER NOT NULL DEFAULT 0 CHECK (maintenance IN (0, 1)),
  destroyed   INTEGER NOT NULL DEFAULT 0 CHECK (destroyed IN (0, 1))
) STRICT;
INSERT INTO cluster VALUES(1,1,0,'{"cluster":"exchange","lease":{"ttlMs":2000,"renewMs":500},"timeZone":"UTC","properties":{},"networks":{"client":{"cidr":"127.217.159.0/24","role":"ClientAccess","properties":{}}},"nodes":{"NODE1":{"address":"127.217.159.1","properties":{}},"NODE2":{"address":"127.217.159.2","properties":{}}},"resourceTypes":{},"groups":{"Exchange":{"preferredOwners":["NODE1","NODE2"],"dependsOn":[],"properties":{"FailoverThreshold":10,"FailoverPeriod":6},"resources":{"Disk E:":{"type":"Physical Disk","dependsOn":[],"possibleOwners":[],"properties":{}},"Exchange IP":{"type":"IP Address","dependsOn":[],"possibleOwners":[],"properties":{"Address":"127.217.159.100","SubnetMask":"255.255.255.0","Network":"client"}},"Exchange Name":{"type":"Network Name","dependsOn":["Exchange IP"],"possibleOwners":[],"properties":{"Name":"EXCHVS"}},"Exchange MTA":{"type":"Message Transfer Agent","dependsOn":["Exchange Name","Disk E:"],"possibleOwners":[],"properties":{"Port":10102,"PartnersFile":"partners.yaml"}}}}}}',0,0);
CREATE TABLE nodes (
  name      TEXT    PRIMARY KEY,
  paused    INTEGER NOT NULL CHECK (paused IN (0, 1)),
  drain     TEXT,
  stability TEXT    NOT NULL DEFAULT '{"losses":[],"quarantine":null}'
) STRICT, WITHOUT ROWID;
INSERT INTO nodes VALUES('NODE1',0,NULL,'{"losses":[],"quarantine":null}');
INSERT INTO nodes VALUES('NODE2',1,'{"target":null}','{"losses":[],"quarantine":null}');
CREATE TABLE groups (
  name       TEXT    PRIMARY KEY,
  epoch      INTEGER NOT NULL,
  wanted     TEXT    NOT NULL CHECK (wanted IN ('Online', 'Offline')),
  troubles   TEXT    NOT NULL,
  exceptions TEXT    NOT NULL DEFAULT '[]',
  plan       TEXT    NOT NULL DEFAULT '{"move":null,"failback":null,"start":null,"loss":null}',
  demands    TEXT    NOT NULL DEFAULT '{}',
  silent     TEXT    NOT NULL DEFAULT '[]'
) STRICT, WITHOUT ROWID;
INSERT INTO "groups" VALUES('Exchange',1,'Online','{"failovers":[],"resources":{},"givenUp":null}','[]','{"move":null,"failback":null,"start":null,"loss":null}','{}','[]');
CREATE TABLE holds (
  id          TEXT    PRIMARY KEY,
  group_name  TEXT    NOT NULL,
  epoch       INTEGER NOT NULL,
  node        TEXT    NOT NULL,
  incarnation TEXT    NOT NULL,
  addresses   TEXT    NOT NULL,
  phase       TEXT    NOT NULL,
  host        TEXT
) STRICT, WITHOUT ROWID;
INSERT INTO holds VALUES('Exchange#1','Exchange',1,'NODE1','IoDF1IqfdjGNTeQn','["127.217.159.100"]','{"kind":"owned","before":{"127.217.159.100":"unused"},"came":["127.217.159.100"],"online":true}','{"machine":"cb1742dbe7bdd8ec56c5ddee3d8cbb80","boot":"99d04042-338d-429d-8d20-8d2d2f604bba"}');
CREATE TABLE leases (
  incarnation TEXT PRIMARY KEY,
  node        TEXT NOT NULL,
  held        TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO leases VALUES('IoDF1IqfdjGNTeQn','NODE1','{"Exchange#1":{"k":10,"ttlHeldMs":2000,"drainGrantsLeft":null}}');
CREATE TABLE operations (
  id        TEXT PRIMARY KEY,
  operation TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO operations VALUES('60e29db28e06ecb7','{"id":"60e29db28e06ecb7","actor":"admin","startedAt":1795715902427,"node":null,"group":null,"resource":null,"epoch":null,"count":null,"groups":["Exchange"],"ends":[],"kind":"apply","status":{"state":"Completed","at":1795715902427}}');
INSERT INTO operations VALUES('fbbf626d33946828','{"id":"fbbf626d33946828","actor":"admin","startedAt":1795715910274,"node":"NODE2","group":null,"resource":null,"epoch":null,"count":null,"groups":[],"ends":[],"kind":"drain","status":{"state":"Completed","at":1795715910274}}');
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
INSERT INTO journal VALUES(1,1795715902427,'cluster.defined','info','Definition 1 of cluster exchange was applied: cluster.',NULL,NULL,NULL,NULL,NULL,'admin','{"revision":1}');
INSERT INTO journal VALUES(2,1795715902573,'token.created','info','Token 1e92a0bd639861a5 was made: that of node NODE1.',NULL,NULL,'NODE1',NULL,NULL,'admin','{"token":"1e92a0bd639861a5","role":"node","subject":"NODE1"}');
INSERT INTO journal VALUES(3,1795715902641,'token.created','info','Token 20c05f621aa86265 was made: that of node NODE2.',NULL,NULL,'NODE2',NULL,NULL,'admin','{"token":"20c05f621aa86265","role":"node","subject":"NODE2"}');
INSERT INTO journal VALUES(4,1795715902702,'token.created','info','Token 099bd4adfe739f84 was made: that of partner peer.test.',NULL,NULL,NULL,NULL,NULL,'admin','{"token":"099bd4adfe739f84","role":"partner","subject":"peer.test"}');
INSERT INTO journal VALUES(5,1795715905722,'node.joined','info','Node NODE1 joined the cluster.',NULL,NULL,'NODE1',NULL,NULL,'cluster',NULL);
INSERT INTO journal VALUES(6,1795715906358,'node.joined','info','Node NODE2 joined the cluster.',NULL,NULL,'NODE2',NULL,NULL,'cluster',NULL);
INSERT INTO journal VALUES(7,1795715908006,'group.owned','info','Node NODE1 owns group Exchange under epoch 1.',NULL,1,'NODE1','Exchange',NULL,'cluster','{"because":"new","from":null}');
INSERT INTO journal VALUES(8,1795715910201,'group.online','info','Group Exchange is online on node NODE1.',NULL,1,'NODE1','Exchange',NULL,'cluster',NULL);
INSERT INTO journal VALUES(9,1795715910274,'node.paused','info','Node NODE2 is paused: it gets no more groups.',NULL,NULL,'NODE2',NULL,NULL,'admin',NULL);
INSERT INTO journal VALUES(10,1795715910303,'association.accepted','info','NODE1 says: association with peer.test, from 127.217.159.100 to 127.217.159.99, is open.',NULL,NULL,NULL,'Exchange',NULL,'NODE1',NULL);
CREATE TABLE tokens (
  id         TEXT    PRIMARY KEY,
  role       TEXT    NOT NULL CHECK (role IN ('reader', 'operator', 'node', 'partner')),
  subject    TEXT,
  digest     BLOB    NOT NULL,
  created_at INTEGER NOT NULL,
  created_by TEXT    NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO tokens VALUES('099bd4adfe739f84','partner','peer.test',X'10b88631c9a83b28a7becaa49bb0441fc773cb030d2f4dd5f395eb7f5f75094a',1795715902702,'admin');
INSERT INTO tokens VALUES('1e92a0bd639861a5','node','NODE1',X'7fdca4a99c40bb64ea679dcadfecd8a4eb94a1b331282364ff51a4e74638c50c',1795715902572,'admin');
INSERT INTO tokens VALUES('20c05f621aa86265','node','NODE2',X'989313e5af09d485d27256c1d4081f0f0fdebf1ba23b01a22fc953f748a2a6f1',1795715902641,'admin');
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
CREATE TABLE registry_revision (
  one    INTEGER PRIMARY KEY CHECK (one = 1),
  number INTEGER NOT NULL
) STRICT;
CREATE TABLE notify_ports (
  id            TEXT    PRIMARY KEY,
  registrations TEXT    NOT NULL,
  position      INTEGER NOT NULL,
  asked_at      INTEGER NOT NULL,
  token         TEXT
) STRICT, WITHOUT ROWID;
