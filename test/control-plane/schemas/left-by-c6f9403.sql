-- What commit c6f9403 (2026-11-25 10:22) had written when it was killed: NODE1 owns Exchange, NODE2 is paused.
CREATE TABLE migrations (version INTEGER PRIMARY KEY, applied_at INTEGER NOT NULL) STRICT;
INSERT INTO migrations VALUES(2,1795715580152);
CREATE TABLE generation (
  one    INTEGER PRIMARY KEY CHECK (one = 1),
  number INTEGER NOT NULL,
  nonce  TEXT    NOT NULL
) STRICT;
INSERT INTO generation VALUES(1,1,'db6d7a5e-82dc-45ca-8f1c-03d99729bb3e');
CREATE TABLE cluster (
  one         INTEGER PRIMARY KEY CHECK (one = 1),
  revision    INTEGER NOT NULL,
  epoch_floor INTEGER NOT NULL,
  definition  TEXT    NOT NULL
) STRICT;
INSERT INTO cluster VALUES(1,1,0,'{"cluster":"exchange","lease":{"ttlMs":2000,"renewMs":500},"networks":{"client":{"cidr":"127.0.234.0/24","role":"ClientAccess"}},"nodes":{"NODE1":{"address":"127.0.234.1"},"NODE2":{"address":"127.0.234.2"}},"groups":{"Exchange":{"preferredOwners":["NODE1","NODE2"],"properties":{"FailoverThreshold":10,"FailoverPeriod":6},"resources":{"Disk E:":{"type":"Physical Disk","dependsOn":[],"possibleOwners":[],"properties":{}},"Exchange IP":{"type":"IP Address","dependsOn":[],"possibleOwners":[],"properties":{"Address":"127.0.234.100","SubnetMask":"255.255.255.0","Network":"client"}},"Exchange Name":{"type":"Network Name","dependsOn":["Exchange IP"],"possibleOwners":[],"properties":{"Name":"EXCHVS"}},"Exchange MTA":{"type":"Message Transfer Agent","dependsOn":["Exchange Name","Disk E:"],"possibleOwners":[],"properties":{"Port":10102,"PartnersFile":"partners.yaml"}}}}}}');
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
INSERT INTO holds VALUES('Exchange#1','Exchange',1,'NODE1','0xgFlYOFZ48EaTLX','["127.0.234.100"]','{"kind":"owned"}');
CREATE TABLE leases (
  incarnation TEXT PRIMARY KEY,
  node        TEXT NOT NULL,
  held        TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO leases VALUES('0xgFlYOFZ48EaTLX','NODE1','{"Exchange#1":{"k":9,"ttlHeldMs":2000,"drainGrantsLeft":null}}');
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
INSERT INTO journal VALUES(1,1795715580164,'cluster.defined','info','Definition 1 of cluster exchange was applied: cluster.',NULL,NULL,NULL,NULL,NULL,'admin',NULL);
INSERT INTO journal VALUES(2,1795715584330,'node.joined','info','Node NODE1 joined the cluster.',NULL,NULL,'NODE1',NULL,NULL,'cluster',NULL);
INSERT INTO journal VALUES(3,1795715585425,'node.joined','info','Node NODE2 joined the cluster.',NULL,NULL,'NODE2',NULL,NULL,'cluster',NULL);
INSERT INTO journal VALUES(4,1795715586849,'group.owned','info','Node NODE1 owns group Exchange under epoch 1.',NULL,1,'NODE1','Exchange',NULL,'cluster',NULL);
INSERT INTO journal VALUES(5,1795715588469,'group.online','info','Group Exchange is online on node NODE1.',NULL,1,'NODE1','Exchange',NULL,'cluster',NULL);
INSERT INTO journal VALUES(6,1795715588569,'node.paused','info','Node NODE2 is paused: it gets no more groups.',NULL,NULL,'NODE2',NULL,NULL,'admin',NULL);
INSERT INTO journal VALUES(7,1795715588658,'association.accepted','info','NODE1 says: association with peer.test, from 127.0.234.100 to 127.0.234.99, is open.',NULL,NULL,NULL,'Exchange',NULL,'NODE1',NULL);
INSERT INTO journal VALUES(8,1795715588875,'association.accepted','info','peer.test says: association from EXCHVS at 127.0.234.100, to 127.0.234.99, is accepted.',NULL,NULL,NULL,'Exchange',NULL,'peer.test',NULL);
CREATE TABLE tokens (
  id         TEXT    PRIMARY KEY,
  role       TEXT    NOT NULL CHECK (role IN ('reader', 'operator', 'node', 'partner')),
  subject    TEXT,
  digest     BLOB    NOT NULL,
  created_at INTEGER NOT NULL,
  created_by TEXT    NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO tokens VALUES('38db59e1a6435577','partner','peer.test',X'676baafb1d24ecf757766438e5f6ca32661ba46fdc95e461175417771d78afda',1795715580340,'admin');
INSERT INTO tokens VALUES('831328161ba1b61e','node','NODE1',X'565e1a0718ee733f4e2be70c9cd2fab6a2ae2b4b12b8c4cd96590189a5858ab4',1795715580255,'admin');
INSERT INTO tokens VALUES('febe1652183e15b9','node','NODE2',X'fcf6473d513387ca6a0a82cc1a79f340e05468863250e1fabbb83776450b9c6e',1795715580285,'admin');
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
