-- What commit 5ed684b (2026-11-22 19:39) had written when it was killed: NODE1 owns Exchange, NODE2 is paused.
CREATE TABLE migrations (version INTEGER PRIMARY KEY, applied_at INTEGER NOT NULL) STRICT;
INSERT INTO migrations VALUES(1,1795715283677);
CREATE TABLE generation (
  one    INTEGER PRIMARY KEY CHECK (one = 1),
  number INTEGER NOT NULL,
  nonce  TEXT    NOT NULL
) STRICT;
INSERT INTO generation VALUES(1,1,'57eb6dd6-d6c8-4b75-904f-18654578701d');
CREATE TABLE cluster (
  one         INTEGER PRIMARY KEY CHECK (one = 1),
  revision    INTEGER NOT NULL,
  epoch_floor INTEGER NOT NULL,
  definition  TEXT    NOT NULL
) STRICT;
INSERT INTO cluster VALUES(1,1,0,'{"cluster":"exchange","lease":{"ttlMs":2000,"renewMs":500},"networks":{"client":{"cidr":"127.0.223.0/24","role":"ClientAccess"}},"nodes":{"NODE1":{"address":"127.0.223.1"},"NODE2":{"address":"127.0.223.2"}},"groups":{"Exchange":{"preferredOwners":["NODE1","NODE2"],"properties":{"FailoverThreshold":10,"FailoverPeriod":6},"resources":{"Disk E:":{"type":"Physical Disk","dependsOn":[],"possibleOwners":[],"properties":{}},"Exchange IP":{"type":"IP Address","dependsOn":[],"possibleOwners":[],"properties":{"Address":"127.0.223.100","SubnetMask":"255.255.255.0","Network":"client"}},"Exchange Name":{"type":"Network Name","dependsOn":["Exchange IP"],"possibleOwners":[],"properties":{"Name":"EXCHVS"}},"Exchange MTA":{"type":"Message Transfer Agent","dependsOn":["Exchange Name","Disk E:"],"possibleOwners":[],"properties":{"Port":10102,"PartnersFile":"partners.yaml"}}}}}}');
CREATE TABLE nodes (
  name   TEXT    PRIMARY KEY,
  paused INTEGER NOT NULL CHECK (paused IN (0, 1))
) STRICT, WITHOUT ROWID;
INSERT INTO nodes VALUES('NODE1',0);
INSERT INTO nodes VALUES('NODE2',1);
CREATE TABLE groups (
  name     TEXT    PRIMARY KEY,
  epoch    INTEGER NOT NULL,
  wanted   TEXT    NOT NULL CHECK (wanted IN ('Online', 'Offline')),
  troubles TEXT    NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO "groups" VALUES('Exchange',1,'Online','{"failovers":[],"resources":{},"givenUp":null}');
CREATE TABLE holds (
  id          TEXT    PRIMARY KEY,
  group_name  TEXT    NOT NULL,
  epoch       INTEGER NOT NULL,
  node        TEXT    NOT NULL,
  incarnation TEXT    NOT NULL,
  addresses   TEXT    NOT NULL,
  phase       TEXT    NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO holds VALUES('Exchange#1','Exchange',1,'NODE1','IXad8aOHddX-5VzI','["127.0.223.100"]','{"kind":"owned"}');
CREATE TABLE leases (
  incarnation TEXT PRIMARY KEY,
  node        TEXT NOT NULL,
  held        TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO leases VALUES('IXad8aOHddX-5VzI','NODE1','{"Exchange#1":{"k":8,"ttlHeldMs":2000,"drainGrantsLeft":null}}');
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
  actor      TEXT    NOT NULL
) STRICT;
INSERT INTO journal VALUES(1,1795715283714,'cluster.defined','info','Definition 1 of cluster exchange was applied: cluster.',NULL,NULL,NULL,NULL,NULL,'admin');
INSERT INTO journal VALUES(2,1795715287227,'node.joined','info','Node NODE1 joined the cluster.',NULL,NULL,'NODE1',NULL,NULL,'cluster');
INSERT INTO journal VALUES(3,1795715288967,'node.joined','info','Node NODE2 joined the cluster.',NULL,NULL,'NODE2',NULL,NULL,'cluster');
INSERT INTO journal VALUES(4,1795715289308,'group.owned','info','Node NODE1 owns group Exchange under epoch 1.',NULL,1,'NODE1','Exchange',NULL,'cluster');
INSERT INTO journal VALUES(5,1795715290938,'group.online','info','Group Exchange is online on node NODE1.',NULL,1,'NODE1','Exchange',NULL,'cluster');
INSERT INTO journal VALUES(6,1795715290981,'node.paused','info','Node NODE2 is paused: it gets no more groups.',NULL,NULL,'NODE2',NULL,NULL,'admin');
INSERT INTO journal VALUES(7,1795715291072,'association.accepted','info','NODE1 says: association with peer.test, from 127.0.223.100 to 127.0.223.99, is open.',NULL,NULL,NULL,'Exchange',NULL,'NODE1');
INSERT INTO journal VALUES(8,1795715291292,'association.accepted','info','peer.test says: association from EXCHVS at 127.0.223.100, to 127.0.223.99, is accepted.',NULL,NULL,NULL,'Exchange',NULL,'peer.test');
CREATE TABLE tokens (
  id         TEXT    PRIMARY KEY,
  role       TEXT    NOT NULL CHECK (role IN ('reader', 'operator', 'node', 'partner')),
  subject    TEXT,
  digest     BLOB    NOT NULL,
  created_at INTEGER NOT NULL,
  created_by TEXT    NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO tokens VALUES('6781645223e9047c','node','NODE1',X'87b23fdcd17b80d8da767edfeaadce52b4dad24e8014ae7da2b3d2f711aec8cc',1795715283754,'admin');
INSERT INTO tokens VALUES('a87d9393244f9481','partner','peer.test',X'e0fd1fe0c66e966290ea81fce776cb3a5882a90df3bcb6d6a16489abd76e50c0',1795715283783,'admin');
INSERT INTO tokens VALUES('cdb6bb4cdbe38453','node','NODE2',X'3edc11957d75e3df62aba63a6d56073c8a5a110752d6972bad40ed0390bb4e1a',1795715283769,'admin');
