-- What commit b4ca76e (2026-11-25 10:08) had written when it was killed: NODE1 owns Exchange, NODE2 is paused.
CREATE TABLE migrations (version INTEGER PRIMARY KEY, applied_at INTEGER NOT NULL) STRICT;
INSERT INTO migrations VALUES(2,1795715449694);
CREATE TABLE generation (
  one    INTEGER PRIMARY KEY CHECK (one = 1),
  number INTEGER NOT NULL,
  nonce  TEXT    NOT NULL
) STRICT;
INSERT INTO generation VALUES(1,1,'8421c349-dc19-4f24-ad83-fb020cf44c70');
CREATE TABLE cluster (
  one         INTEGER PRIMARY KEY CHECK (one = 1),
  revision    INTEGER NOT NULL,
  epoch_floor INTEGER NOT NULL,
  definition  TEXT    NOT NULL
) STRICT;
INSERT INTO cluster VALUES(1,1,0,'{"cluster":"exchange","lease":{"ttlMs":2000,"renewMs":500},"networks":{"client":{"cidr":"127.0.119.0/24","role":"ClientAccess"}},"nodes":{"NODE1":{"address":"127.0.119.1"},"NODE2":{"address":"127.0.119.2"}},"groups":{"Exchange":{"preferredOwners":["NODE1","NODE2"],"properties":{"FailoverThreshold":10,"FailoverPeriod":6},"resources":{"Disk E:":{"type":"Physical Disk","dependsOn":[],"possibleOwners":[],"properties":{}},"Exchange IP":{"type":"IP Address","dependsOn":[],"possibleOwners":[],"properties":{"Address":"127.0.119.100","SubnetMask":"255.255.255.0","Network":"client"}},"Exchange Name":{"type":"Network Name","dependsOn":["Exchange IP"],"possibleOwners":[],"properties":{"Name":"EXCHVS"}},"Exchange MTA":{"type":"Message Transfer Agent","dependsOn":["Exchange Name","Disk E:"],"possibleOwners":[],"properties":{"Port":10102,"PartnersFile":"partners.yaml"}}}}}}');
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
  troubles TEXT    NOT NULL,
  demands  TEXT    NOT NULL DEFAULT '{}'
) STRICT, WITHOUT ROWID;
INSERT INTO "groups" VALUES('Exchange',3,'Online','{"failovers":[1795715471250],"resources":{},"givenUp":null}','{}');
CREATE TABLE holds (
  id          TEXT    PRIMARY KEY,
  group_name  TEXT    NOT NULL,
  epoch       INTEGER NOT NULL,
  node        TEXT    NOT NULL,
  incarnation TEXT    NOT NULL,
  addresses   TEXT    NOT NULL,
  phase       TEXT    NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO holds VALUES('Exchange#3','Exchange',3,'NODE1','Offd0yU8rVCXGIsP','["127.0.119.100"]','{"kind":"owned"}');
CREATE TABLE leases (
  incarnation TEXT PRIMARY KEY,
  node        TEXT NOT NULL,
  held        TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO leases VALUES('Offd0yU8rVCXGIsP','NODE1','{"Exchange#3":{"k":4,"ttlHeldMs":2000,"drainGrantsLeft":null}}');
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
INSERT INTO journal VALUES(1,1795715449732,'cluster.defined','info','Definition 1 of cluster exchange was applied: cluster.',NULL,NULL,NULL,NULL,NULL,'admin',NULL);
INSERT INTO journal VALUES(2,1795715455790,'node.joined','info','Node NODE1 joined the cluster.',NULL,NULL,'NODE1',NULL,NULL,'cluster',NULL);
INSERT INTO journal VALUES(3,1795715457481,'node.joined','info','Node NODE2 joined the cluster.',NULL,NULL,'NODE2',NULL,NULL,'cluster',NULL);
INSERT INTO journal VALUES(4,1795715458474,'group.owned','info','Node NODE1 owns group Exchange under epoch 1.',NULL,1,'NODE1','Exchange',NULL,'cluster',NULL);
INSERT INTO journal VALUES(5,1795715461618,'resource.failed','error','Resource Exchange MTA of group Exchange failed on node NODE1: the MTA process ended before it was online: its deadline had passed.',1069,1,'NODE1','Exchange','Exchange MTA','cluster','{"code":"mta-ended"}');
INSERT INTO journal VALUES(6,1795715464234,'resource.failed','error','Resource Exchange MTA of group Exchange failed on node NODE1: the MTA process ended before it was online: its deadline had passed.',1069,1,'NODE1','Exchange','Exchange MTA','cluster','{"code":"mta-ended"}');
INSERT INTO journal VALUES(7,1795715467830,'resource.failed','error','Resource Exchange MTA of group Exchange failed on node NODE1: the MTA process ended before it was online: its deadline had passed.',1069,1,'NODE1','Exchange','Exchange MTA','cluster','{"code":"mta-ended"}');
INSERT INTO journal VALUES(8,1795715471250,'resource.failed','error','Resource Exchange MTA of group Exchange failed on node NODE1: the MTA process ended before it was online: its deadline had passed.',1069,1,'NODE1','Exchange','Exchange MTA','cluster','{"code":"mta-ended"}');
INSERT INTO journal VALUES(9,1795715471250,'group.draining','info','Group Exchange is being taken offline on node NODE1 (failover).',NULL,1,'NODE1','Exchange',NULL,'cluster','{"because":"failover","target":null}');
INSERT INTO journal VALUES(10,1795715471302,'group.released','info','Node NODE1 released group Exchange: everything of epoch 1 is offline there.',NULL,1,'NODE1','Exchange',NULL,'cluster',NULL);
INSERT INTO journal VALUES(11,1795715471302,'group.owned','info','Node NODE2 owns group Exchange under epoch 2.',NULL,2,'NODE2','Exchange',NULL,'cluster',NULL);
INSERT INTO journal VALUES(12,1795715475269,'resource.failed','error','Resource Exchange MTA of group Exchange failed on node NODE2: the MTA process ended before it was online: its deadline had passed.',1069,2,'NODE2','Exchange','Exchange MTA','cluster','{"code":"mta-ended"}');
INSERT INTO journal VALUES(13,1795715476855,'node.paused','info','Node NODE2 is paused: it gets no more groups.',NULL,NULL,'NODE2',NULL,NULL,'admin',NULL);
INSERT INTO journal VALUES(14,1795715476855,'group.draining','info','Group Exchange is being taken offline on node NODE2 (pause).',NULL,2,'NODE2','Exchange',NULL,'admin','{"because":"pause","target":null}');
INSERT INTO journal VALUES(15,1795715476946,'group.released','info','Node NODE2 released group Exchange: everything of epoch 2 is offline there.',NULL,2,'NODE2','Exchange',NULL,'cluster',NULL);
INSERT INTO journal VALUES(16,1795715476946,'group.owned','info','Node NODE1 owns group Exchange under epoch 3.',NULL,3,'NODE1','Exchange',NULL,'cluster',NULL);
CREATE TABLE tokens (
  id         TEXT    PRIMARY KEY,
  role       TEXT    NOT NULL CHECK (role IN ('reader', 'operator', 'node', 'partner')),
  subject    TEXT,
  digest     BLOB    NOT NULL,
  created_at INTEGER NOT NULL,
  created_by TEXT    NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO tokens VALUES('14b194200cdd93e1','node','NODE2',X'ab156e44abe9137d9b7679ac053d26196bee605b87c87061bca55574cd3e0271',1795715449862,'admin');
INSERT INTO tokens VALUES('76eec3800d5e97da','partner','peer.test',X'0050164120280de67e86fc913d985a7f192ed449738503d095e3a5cecc64c295',1795715449925,'admin');
INSERT INTO tokens VALUES('c9e472f2147c3c80','node','NODE1',X'dfa810b8fe8c3088cbae04451f4f35a1974e5fcd83305b575e48362212f3e81e',1795715449810,'admin');
