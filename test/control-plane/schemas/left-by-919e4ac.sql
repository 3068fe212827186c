-- What commit 919e4ac (2026-11-25 10:05) had written when it was killed: NODE1 owns Exchange, NODE2 is paused.
CREATE TABLE migrations (version INTEGER PRIMARY KEY, applied_at INTEGER NOT NULL) STRICT;
INSERT INTO migrations VALUES(2,1795715386642);
CREATE TABLE generation (
  one    INTEGER PRIMARY KEY CHECK (one = 1),
  number INTEGER NOT NULL,
  nonce  TEXT    NOT NULL
) STRICT;
INSERT INTO generation VALUES(1,1,'24625512-b05c-4c17-8a68-b2825ebbf075');
CREATE TABLE cluster (
  one         INTEGER PRIMARY KEY CHECK (one = 1),
  revision    INTEGER NOT NULL,
  epoch_floor INTEGER NOT NULL,
  definition  TEXT    NOT NULL,
  maintenance INTEGER NOT NULL DEFAULT 0 CHECK (maintenance IN (0, 1)),
  destroyed   INTEGER NOT NULL DEFAULT 0 CHECK (destroyed IN (0, 1))
) STRICT;
INSERT INTO cluster VALUES(1,1,0,'{"cluster":"exchange","lease":{"ttlMs":2000,"renewMs":500},"timeZone":"UTC","properties":{},"networks":{"client":{"cidr":"127.0.69.0/24","role":"ClientAccess","properties":{}}},"nodes":{"NODE1":{"address":"127.0.69.1","properties":{}},"NODE2":{"address":"127.0.69.2","properties":{}}},"resourceTypes":{},"groups":{"Exchange":{"preferredOwners":["NODE1","NODE2"],"dependsOn":[],"properties":{"FailoverThreshold":10,"FailoverPeriod":6},"resources":{"Disk E:":{"type":"Physical Disk","dependsOn":[],"possibleOwners":[],"properties":{}},"Exchange IP":{"type":"IP Address","dependsOn":[],"possibleOwners":[],"properties":{"Address":"127.0.69.100","SubnetMask":"255.255.255.0","Network":"client"}},"Exchange Name":{"type":"Network Name","dependsOn":["Exchange IP"],"possibleOwners":[],"properties":{"Name":"EXCHVS"}},"Exchange MTA":{"type":"Message Transfer Agent","dependsOn":["Exchange Name","Disk E:"],"possibleOwners":[],"properties":{"Port":10102,"PartnersFile":"partners.yaml"}}}}}}',0,0);
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
  plan       TEXT    NOT NULL DEFAULT '{"move":null,"failback":null,"start":null}'
) STRICT, WITHOUT ROWID;
INSERT INTO "groups" VALUES('Exchange',3,'Online','{"failovers":[1795715411555],"resources":{},"givenUp":null}','[]','{"move":null,"failback":null,"start":null}');
CREATE TABLE holds (
  id          TEXT    PRIMARY KEY,
  group_name  TEXT    NOT NULL,
  epoch       INTEGER NOT NULL,
  node        TEXT    NOT NULL,
  incarnation TEXT    NOT NULL,
  addresses   TEXT    NOT NULL,
  phase       TEXT    NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO holds VALUES('Exchange#3','Exchange',3,'NODE1','fS88zhweiqjBGjE5','["127.0.69.100"]','{"kind":"owned"}');
CREATE TABLE leases (
  incarnation TEXT PRIMARY KEY,
  node        TEXT NOT NULL,
  held        TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO leases VALUES('fS88zhweiqjBGjE5','NODE1','{"Exchange#3":{"k":4,"ttlHeldMs":2000,"drainGrantsLeft":null}}');
CREATE TABLE operations (
  id        TEXT PRIMARY KEY,
  operation TEXT NOT NULL
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
INSERT INTO journal VALUES(1,1795715386689,'cluster.defined','info','Definition 1 of cluster exchange was applied: cluster.',NULL,NULL,NULL,NULL,NULL,'admin','{"revision":1}');
INSERT INTO journal VALUES(2,1795715393085,'node.joined','info','Node NODE1 joined the cluster.',NULL,NULL,'NODE1',NULL,NULL,'cluster',NULL);
INSERT INTO journal VALUES(3,1795715393133,'node.joined','info','Node NODE2 joined the cluster.',NULL,NULL,'NODE2',NULL,NULL,'cluster',NULL);
INSERT INTO journal VALUES(4,1795715395777,'group.owned','info','Node NODE1 owns group Exchange under epoch 1.',NULL,1,'NODE1','Exchange',NULL,'cluster','{"because":"new","from":null}');
INSERT INTO journal VALUES(5,1795715399184,'resource.failed','error','Resource Exchange MTA of group Exchange failed on node NODE1: the MTA process ended before it was online: its deadline had passed.',1069,1,'NODE1','Exchange','Exchange MTA','cluster',NULL);
INSERT INTO journal VALUES(6,1795715402941,'resource.failed','error','Resource Exchange MTA of group Exchange failed on node NODE1: the MTA process ended before it was online: its deadline had passed.',1069,1,'NODE1','Exchange','Exchange MTA','cluster',NULL);
INSERT INTO journal VALUES(7,1795715407276,'resource.failed','error','Resource Exchange MTA of group Exchange failed on node NODE1: the MTA process ended before it was online: its deadline had passed.',1069,1,'NODE1','Exchange','Exchange MTA','cluster',NULL);
INSERT INTO journal VALUES(8,1795715411555,'resource.failed','error','Resource Exchange MTA of group Exchange failed on node NODE1: the MTA process ended before it was online: its deadline had passed.',1069,1,'NODE1','Exchange','Exchange MTA','cluster',NULL);
INSERT INTO journal VALUES(9,1795715411555,'group.draining','info','Group Exchange is being taken offline on node NODE1 (failover).',NULL,1,'NODE1','Exchange',NULL,'cluster','{"because":"failover","target":null}');
INSERT INTO journal VALUES(10,1795715411606,'group.released','info','Node NODE1 released group Exchange: everything of epoch 1 is offline there.',NULL,1,'NODE1','Exchange',NULL,'cluster',NULL);
INSERT INTO journal VALUES(11,1795715411606,'group.owned','info','Node NODE2 owns group Exchange under epoch 2.',NULL,2,'NODE2','Exchange',NULL,'cluster','{"because":"failover","from":"NODE1"}');
INSERT INTO journal VALUES(12,1795715414392,'node.paused','info','Node NODE2 is paused: it gets no more groups.',NULL,NULL,'NODE2',NULL,NULL,'admin',NULL);
INSERT INTO journal VALUES(13,1795715414392,'group.draining','info','Group Exchange is being taken offline on node NODE2 (pause).',NULL,2,'NODE2','Exchange',NULL,'admin','{"because":"pause","target":null}');
INSERT INTO journal VALUES(14,1795715414515,'group.released','info','Node NODE2 released group Exchange: everything of epoch 2 is offline there.',NULL,2,'NODE2','Exchange',NULL,'cluster',NULL);
INSERT INTO journal VALUES(15,1795715414515,'group.owned','info','Node NODE1 owns group Exchange under epoch 3.',NULL,3,'NODE1','Exchange',NULL,'cluster','{"because":"pause","from":"NODE2"}');
CREATE TABLE tokens (
  id         TEXT    PRIMARY KEY,
  role       TEXT    NOT NULL CHECK (role IN ('reader', 'operator', 'node', 'partner')),
  subject    TEXT,
  digest     BLOB    NOT NULL,
  created_at INTEGER NOT NULL,
  created_by TEXT    NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO tokens VALUES('1e8661b31464279e','partner','peer.test',X'2e02a6d3c4ffd5338b291eaceb1b565ae24581dd0ce1e778d0eaa6a8300f21b0',1795715386809,'admin');
INSERT INTO tokens VALUES('6deb697bffea9149','node','NODE1',X'b779daaba0c48f4e52e847ef2c34b53030851fbf995fe96007db2b40d5b38534',1795715386744,'admin');
INSERT INTO tokens VALUES('7f8d52a3136af7a9','node','NODE2',X'0ae3f456622eb797b7c35a6dbf5fedbaafd33041d29808b8b6b5719388e557c5',1795715386774,'admin');
