-- What commit a75c4f3 (2026-11-26 07:02) had written when it was killed: NODE1 owns Exchange, NODE2 is paused.
CREATE TABLE migrations (version INTEGER PRIMARY KEY, applied_at INTEGER NOT NULL) STRICT;
INSERT INTO migrations VALUES(2,1795715989817);
CREATE TABLE generation (
  one    INTEGER PRIMARY KEY CHECK (one = 1),
  number INTEGER NOT NULL,
  nonce  TEXT    NOT NULL
) STRICT;
INSERT INTO generation VALUES(1,1,'0801af47-ffc8-43e8-9268-d52db893a1fd');
CREATE TABLE cluster (
  one         INTEGER PRIMARY KEY CHECK (one = 1),
  revision    INTEGER NOT NULL,
  epoch_floor INTEGER NOT NULL,
  definition  TEXT    NOT NULL,
  maintenance INTEGER NOT NULL DEFAULT 0 CHECK (maintenance IN (0, 1)),
  destroyed   INTEGER NOT NULL DEFAULT 0 CHECK (destroyed IN (0, 1)),
  silent      TEXT    NOT NULL DEFAULT '[]'
) STRICT;
INSERT INTO cluster VALUES(1,1,0,'{"cluster":"exchange","lease":{"ttlMs":2000,"renewMs":500},"timeZone":"UTC","properties":{},"networks":{"client":{"cidr":"127.6.176.0/24","role":"ClientAccess","properties":{}}},"nodes":{"NODE1":{"address":"127.6.176.1","properties":{}},"NODE2":{"address":"127.6.176.2","properties":{}}},"resourceTypes":{},"groups":{"Exchange":{"preferredOwners":["NODE1","NODE2"],"dependsOn":[],"properties":{"FailoverThreshold":10,"FailoverPeriod":6},"resources":{"Disk E:":{"type":"Physical Disk","dependsOn":[],"possibleOwners":[],"properties":{}},"Exchange IP":{"type":"IP Address","dependsOn":[],"possibleOwners":[],"properties":{"Address":"127.6.176.100","SubnetMask":"255.255.255.0","Network":"client"}},"Exchange Name":{"type":"Network Name","dependsOn":["Exchange IP"],"possibleOwners":[],"properties":{"Name":"EXCHVS"}},"Exchange MTA":{"type":"Message Transfer Agent","dependsOn":["Exchange Name","Disk E:"],"possibleOwners":[],"properties":{"Port":10102,"PartnersFile":"partners.yaml"}}}}}}',0,0,'[]');
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
INSERT INTO holds VALUES('Exchange#1','Exchange',1,'NODE1','z9exQyR4szrbPz6f','["127.6.176.100"]','{"kind":"owned","before":{"127.6.176.100":"unused"},"came":["127.6.176.100"],"online":true}','cb1742dbe7bdd8ec56c5ddee3d8cbb80','[]');
CREATE TABLE leases (
  incarnation TEXT PRIMARY KEY,
  node        TEXT NOT NULL,
  held        TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO leases VALUES('z9exQyR4szrbPz6f','NODE1','{"Exchange#1":{"k":10,"ttlHeldMs":2000,"drainGrantsLeft":null}}');
CREATE TABLE operations (
  id        TEXT PRIMARY KEY,
  operation TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO operations VALUES('0580a31ece8e2467','{"id":"0580a31ece8e2467","actor":"admin","startedAt":1795715999303,"node":"NODE2","group":null,"resource":null,"epoch":null,"count":null,"groups":[],"ends":[],"kind":"drain","status":{"state":"Completed","at":1795715999303}}');
INSERT INTO operations VALUES('6854383c1e7c3056','{"id":"6854383c1e7c3056","actor":"admin","startedAt":1795715989863,"node":null,"group":null,"resource":null,"epoch":null,"count":null,"groups":["Exchange"],"ends":[],"kind":"apply","status":{"state":"Completed","at":1795715989863}}');
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
INSERT INTO journal VALUES(1,1795715989863,'cluster.defined','info','Definition 1 of cluster exchange was applied: cluster.',NULL,NULL,NULL,NULL,NULL,'admin','{"revision":1}');
INSERT INTO journal VALUES(2,1795715990078,'token.created','info','Token ccd291897b50ca1e was made: that of node NODE1.',NULL,NULL,'NODE1',NULL,NULL,'admin','{"token":"ccd291897b50ca1e","role":"node","subject":"NODE1"}');
INSERT INTO journal VALUES(3,1795715990117,'token.created','info','Token 4639c850a3fb04ba was made: that of node NODE2.',NULL,NULL,'NODE2',NULL,NULL,'admin','{"token":"4639c850a3fb04ba","role":"node","subject":"NODE2"}');
INSERT INTO journal VALUES(4,1795715990142,'token.created','info','Token 0faac88f0a23b5fd was made: that of partner peer.test.',NULL,NULL,NULL,NULL,NULL,'admin','{"token":"0faac88f0a23b5fd","role":"partner","subject":"peer.test"}');
INSERT INTO journal VALUES(5,1795715994844,'node.joined','info','Node NODE1 joined the cluster.',NULL,NULL,'NODE1',NULL,NULL,'cluster',NULL);
INSERT INTO journal VALUES(6,1795715996251,'node.joined','info','Node NODE2 joined the cluster.',NULL,NULL,'NODE2',NULL,NULL,'cluster',NULL);
INSERT INTO journal VALUES(7,1795715996983,'group.owned','info','Node NODE1 owns group Exchange under epoch 1.',NULL,1,'NODE1','Exchange',NULL,'cluster','{"because":"new","from":null}');
INSERT INTO journal VALUES(8,1795715999240,'group.online','info','Group Exchange is online on node NODE1.',NULL,1,'NODE1','Exchange',NULL,'cluster',NULL);
INSERT INTO journal VALUES(9,1795715999303,'node.paused','info','Node NODE2 is paused: it gets no more groups.',NULL,NULL,'NODE2',NULL,NULL,'admin',NULL);
INSERT INTO journal VALUES(10,1795715999353,'association.accepted','info','NODE1 says: association with peer.test, from 127.6.176.100 to 127.6.176.99, is open.',NULL,NULL,NULL,'Exchange',NULL,'NODE1',NULL);
INSERT INTO journal VALUES(11,1795715999821,'association.accepted','info','peer.test says: association from EXCHVS at 127.6.176.100, to 127.6.176.99, is accepted.',NULL,NULL,NULL,'Exchange',NULL,'peer.test',NULL);
CREATE TABLE tokens (
  id         TEXT    PRIMARY KEY,
  role       TEXT    NOT NULL CHECK (role IN ('reader', 'operator', 'node', 'partner')),
  subject    TEXT,
  digest     BLOB    NOT NULL,
  created_at INTEGER NOT NULL,
  created_by TEXT    NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO tokens VALUES('0faac88f0a23b5fd','partner','peer.test',X'0d0c5a3f09b18a436feb922476aaeead07531051731cf450a347b0d20159c868',1795715990142,'admin');
INSERT INTO tokens VALUES('4639c850a3fb04ba','node','NODE2',X'48af54587c5b026356eecd9a64156be01c0bbe7954681acf5f24d4f3ade7cea9',1795715990117,'admin');
INSERT INTO tokens VALUES('ccd291897b50ca1e','node','NODE1',X'a7b5a150f1429d3cae8d8ba8f41a0c1a02f9794e5d7bd2359d886b1ea3382d61',1795715990078,'admin');
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
