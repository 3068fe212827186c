-- What commit e75d97e (2026-11-25 10:35) had written when it was killed: NODE1 owns Exchange, NODE2 is paused.
CREATE TABLE migrations (version INTEGER PRIMARY KEY, applied_at INTEGER NOT NULL) STRICT;
INSERT INTO migrations VALUES(2,1795715816636);
CREATE TABLE generation (
  one    INTEGER PRIMARY KEY CHECK (one = 1),
  number INTEGER NOT NULL,
  nonce  TEXT    NOT NULL
) STRICT;
INSERT INTO generation VALUES(1,1,'d564db10-9d50-46e1-917f-9404ce2a2f05');
CREATE TABLE cluster (
  one         INTEGER PRIMARY KEY CHECK (one = 1),
  revision    INTEGER NOT NULL,
  epoch_floor INTEGER NOT NULL,
  definition  TEXT    NOT NULL,
  maintenance INTEGER NOT NULL DEFAULT 0 CHECK (maintenance IN (0, 1)),
  destroyed   INTEGER NOT NULL DEFAULT 0 CHECK (destroyed IN (0, 1))
) STRICT;
INSERT INTO cluster VALUES(1,1,0,'{"cluster":"exchange","lease":{"ttlMs":2000,"renewMs":500},"timeZone":"UTC","properties":{},"networks":{"client":{"cidr":"127.0.74.0/24","role":"ClientAccess","properties":{}}},"nodes":{"NODE1":{"address":"127.0.74.1","properties":{}},"NODE2":{"address":"127.0.74.2","properties":{}}},"resourceTypes":{},"groups":{"Exchange":{"preferredOwners":["NODE1","NODE2"],"dependsOn":[],"properties":{"FailoverThreshold":10,"FailoverPeriod":6},"resources":{"Disk E:":{"type":"Physical Disk","dependsOn":[],"possibleOwners":[],"properties":{}},"Exchange IP":{"type":"IP Address","dependsOn":[],"possibleOwners":[],"properties":{"Address":"127.0.74.100","SubnetMask":"255.255.255.0","Network":"client"}},"Exchange Name":{"type":"Network Name","dependsOn":["Exchange IP"],"possibleOwners":[],"properties":{"Name":"EXCHVS"}},"Exchange MTA":{"type":"Message Transfer Agent","dependsOn":["Exchange Name","Disk E:"],"possibleOwners":[],"properties":{"Port":10102,"PartnersFile":"partners.yaml"}}}}}}',0,0);
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
  plan       TEXT    NOT NULL DEFAULT '{"move":null,"failback":null,"start":null}',
  demands    TEXT    NOT NULL DEFAULT '{}'
) STRICT, WITHOUT ROWID;
INSERT INTO "groups" VALUES('Exchange',1,'Online','{"failovers":[],"resources":{},"givenUp":null}','[]','{"move":null,"failback":null,"start":null}','{}');
CREATE TABLE holds (
  id          TEXT    PRIMARY KEY,
  group_name  TEXT    NOT NULL,
  epoch       INTEGER NOT NULL,
  node        TEXT    NOT NULL,
  incarnation TEXT    NOT NULL,
  addresses   TEXT    NOT NULL,
  phase       TEXT    NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO holds VALUES('Exchange#1','Exchange',1,'NODE1','Lj5tTgmqhHPblv_l','["127.0.74.100"]','{"kind":"owned"}');
CREATE TABLE leases (
  incarnation TEXT PRIMARY KEY,
  node        TEXT NOT NULL,
  held        TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO leases VALUES('Lj5tTgmqhHPblv_l','NODE1','{"Exchange#1":{"k":8,"ttlHeldMs":2000,"drainGrantsLeft":null}}');
CREATE TABLE operations (
  id        TEXT PRIMARY KEY,
  operation TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO operations VALUES('70cb8131-bc3d-43d8-a01b-44c67bf2b9b3','{"id":"70cb8131-bc3d-43d8-a01b-44c67bf2b9b3","actor":"admin","startedAt":1795715826426,"node":"NODE2","group":null,"resource":null,"epoch":null,"count":null,"kind":"drain","status":{"state":"Completed","at":1795715826426}}');
INSERT INTO operations VALUES('cc89161c-752e-4352-bd3b-bd4958386c9d','{"id":"cc89161c-752e-4352-bd3b-bd4958386c9d","actor":"admin","startedAt":1795715816687,"node":null,"group":null,"resource":null,"epoch":null,"count":null,"kind":"apply","status":{"state":"Completed","at":1795715816687}}');
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
INSERT INTO journal VALUES(1,1795715816687,'cluster.defined','info','Definition 1 of cluster exchange was applied: cluster.',NULL,NULL,NULL,NULL,NULL,'admin','{"revision":1}');
INSERT INTO journal VALUES(2,1795715822382,'node.joined','info','Node NODE1 joined the cluster.',NULL,NULL,'NODE1',NULL,NULL,'cluster',NULL);
INSERT INTO journal VALUES(3,1795715822574,'node.joined','info','Node NODE2 joined the cluster.',NULL,NULL,'NODE2',NULL,NULL,'cluster',NULL);
INSERT INTO journal VALUES(4,1795715824929,'group.owned','info','Node NODE1 owns group Exchange under epoch 1.',NULL,1,'NODE1','Exchange',NULL,'cluster','{"because":"new","from":null}');
INSERT INTO journal VALUES(5,1795715826390,'group.online','info','Group Exchange is online on node NODE1.',NULL,1,'NODE1','Exchange',NULL,'cluster',NULL);
INSERT INTO journal VALUES(6,1795715826426,'node.paused','info','Node NODE2 is paused: it gets no more groups.',NULL,NULL,'NODE2',NULL,NULL,'admin',NULL);
INSERT INTO journal VALUES(7,1795715826476,'association.accepted','info','NODE1 says: association with peer.test, from 127.0.74.100 to 127.0.74.99, is open.',NULL,NULL,NULL,'Exchange',NULL,'NODE1',NULL);
INSERT INTO journal VALUES(8,1795715826632,'association.accepted','info','peer.test says: association from EXCHVS at 127.0.74.100, to 127.0.74.99, is accepted.',NULL,NULL,NULL,'Exchange',NULL,'peer.test',NULL);
CREATE TABLE tokens (
  id         TEXT    PRIMARY KEY,
  role       TEXT    NOT NULL CHECK (role IN ('reader', 'operator', 'node', 'partner')),
  subject    TEXT,
  digest     BLOB    NOT NULL,
  created_at INTEGER NOT NULL,
  created_by TEXT    NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO tokens VALUES('20e4aed70adc6f93','partner','peer.test',X'fd12fa23b4e94d458466583f421f7b3c4fd2d976d9589ffb96c026f628ff4719',1795715816857,'admin');
INSERT INTO tokens VALUES('88146e4717efcf67','node','NODE2',X'371f50d55d633ebc4525ce2747b60c2d51b07daa9ebe233bf621729b74f090be',1795715816845,'admin');
INSERT INTO tokens VALUES('a06cbf2af279f6bc','node','NODE1',X'7f08146da722ef04bfd906ecedf1756d2eabc2156620dafa4a394dc6d329a070',1795715816811,'admin');
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
