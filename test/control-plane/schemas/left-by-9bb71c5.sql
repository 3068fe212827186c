-- What commit 9bb71c5 (2026-11-25 10:31) had written when it was killed: NODE1 owns Exchange, NODE2 is paused.
CREATE TABLE migrations (version INTEGER PRIMARY KEY, applied_at INTEGER NOT NULL) STRICT;
INSERT INTO migrations VALUES(2,1795715718189);
CREATE TABLE generation (
  one    INTEGER PRIMARY KEY CHECK (one = 1),
  number INTEGER NOT NULL,
  nonce  TEXT    NOT NULL
) STRICT;
INSERT INTO generation VALUES(1,1,'4aeb5994-d3a7-4bab-8cf0-6078e9bd661a');
CREATE TABLE cluster (
  one         INTEGER PRIMARY KEY CHECK (one = 1),
  revision    INTEGER NOT NULL,
  epoch_floor INTEGER NOT NULL,
  definition  TEXT    NOT NULL,
  maintenance INTEGER NOT NULL DEFAULT 0 CHECK (maintenance IN (0, 1)),
  destroyed   INTEGER NOT NULL DEFAULT 0 CHECK (destroyed IN (0, 1))
) STRICT;
INSERT INTO cluster VALUES(1,1,0,'{"cluster":"exchange","lease":{"ttlMs":2000,"renewMs":500},"timeZone":"UTC","properties":{},"networks":{"client":{"cidr":"127.0.90.0/24","role":"ClientAccess","properties":{}}},"nodes":{"NODE1":{"address":"127.0.90.1","properties":{}},"NODE2":{"address":"127.0.90.2","properties":{}}},"resourceTypes":{},"groups":{"Exchange":{"preferredOwners":["NODE1","NODE2"],"dependsOn":[],"properties":{"FailoverThreshold":10,"FailoverPeriod":6},"resources":{"Disk E:":{"type":"Physical Disk","dependsOn":[],"possibleOwners":[],"properties":{}},"Exchange IP":{"type":"IP Address","dependsOn":[],"possibleOwners":[],"properties":{"Address":"127.0.90.100","SubnetMask":"255.255.255.0","Network":"client"}},"Exchange Name":{"type":"Network Name","dependsOn":["Exchange IP"],"possibleOwners":[],"properties":{"Name":"EXCHVS"}},"Exchange MTA":{"type":"Message Transfer Agent","dependsOn":["Exchange Name","Disk E:"],"possibleOwners":[],"properties":{"Port":10102,"PartnersFile":"partners.yaml"}}}}}}',0,0);
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
INSERT INTO "groups" VALUES('Exchange',3,'Online','{"failovers":[1795715738459],"resources":{},"givenUp":null}','[]','{"move":null,"failback":null,"start":null}','{}');
CREATE TABLE holds (
  id          TEXT    PRIMARY KEY,
  group_name  TEXT    NOT NULL,
  epoch       INTEGER NOT NULL,
  node        TEXT    NOT NULL,
  incarnation TEXT    NOT NULL,
  addresses   TEXT    NOT NULL,
  phase       TEXT    NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO holds VALUES('Exchange#3','Exchange',3,'NODE1','DG0I9eEfo033tfbD','["127.0.90.100"]','{"kind":"owned"}');
CREATE TABLE leases (
  incarnation TEXT PRIMARY KEY,
  node        TEXT NOT NULL,
  held        TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO leases VALUES('DG0I9eEfo033tfbD','NODE1','{"Exchange#3":{"k":4,"ttlHeldMs":2000,"drainGrantsLeft":null}}');
CREATE TABLE operations (
  id        TEXT PRIMARY KEY,
  operation TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO operations VALUES('0ad89aa6-0f23-41d3-a65b-d474f3e4c958','{"id":"0ad89aa6-0f23-41d3-a65b-d474f3e4c958","actor":"admin","startedAt":1795715746093,"node":"NODE2","group":null,"resource":null,"epoch":null,"count":null,"kind":"drain","status":{"state":"Completed","at":1795715746175}}');
INSERT INTO operations VALUES('ddc66bf7-3c78-4298-a4cb-60a187d49a1f','{"id":"ddc66bf7-3c78-4298-a4cb-60a187d49a1f","actor":"admin","startedAt":1795715718218,"node":null,"group":null,"resource":null,"epoch":null,"count":null,"kind":"apply","status":{"state":"Completed","at":1795715718218}}');
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
INSERT INTO journal VALUES(1,1795715718218,'cluster.defined','info','Definition 1 of cluster exchange was applied: cluster.',NULL,NULL,NULL,NULL,NULL,'admin','{"revision":1}');
INSERT INTO journal VALUES(2,1795715723605,'node.joined','info','Node NODE2 joined the cluster.',NULL,NULL,'NODE2',NULL,NULL,'cluster',NULL);
INSERT INTO journal VALUES(3,1795715723858,'node.joined','info','Node NODE1 joined the cluster.',NULL,NULL,'NODE1',NULL,NULL,'cluster',NULL);
INSERT INTO journal VALUES(4,1795715726170,'group.owned','info','Node NODE1 owns group Exchange under epoch 1.',NULL,1,'NODE1','Exchange',NULL,'cluster','{"because":"new","from":null}');
INSERT INTO journal VALUES(5,1795715728822,'resource.failed','error','Resource Exchange MTA of group Exchange failed on node NODE1: the MTA process ended before it was online: its deadline had passed.',1069,1,'NODE1','Exchange','Exchange MTA','cluster','{"code":"mta-ended"}');
INSERT INTO journal VALUES(6,1795715732061,'resource.failed','error','Resource Exchange MTA of group Exchange failed on node NODE1: the MTA process ended before it was online: its deadline had passed.',1069,1,'NODE1','Exchange','Exchange MTA','cluster','{"code":"mta-ended"}');
INSERT INTO journal VALUES(7,1795715735780,'resource.failed','error','Resource Exchange MTA of group Exchange failed on node NODE1: the MTA process ended before it was online: its deadline had passed.',1069,1,'NODE1','Exchange','Exchange MTA','cluster','{"code":"mta-ended"}');
INSERT INTO journal VALUES(8,1795715738459,'resource.failed','error','Resource Exchange MTA of group Exchange failed on node NODE1: the MTA process ended before it was online: its deadline had passed.',1069,1,'NODE1','Exchange','Exchange MTA','cluster','{"code":"mta-ended"}');
INSERT INTO journal VALUES(9,1795715738459,'group.draining','info','Group Exchange is being taken offline on node NODE1 (failover).',NULL,1,'NODE1','Exchange',NULL,'cluster','{"because":"failover","target":null}');
INSERT INTO journal VALUES(10,1795715738482,'group.released','info','Node NODE1 released group Exchange: everything of epoch 1 is offline there.',NULL,1,'NODE1','Exchange',NULL,'cluster',NULL);
INSERT INTO journal VALUES(11,1795715738482,'group.owned','info','Node NODE2 owns group Exchange under epoch 2.',NULL,2,'NODE2','Exchange',NULL,'cluster','{"because":"failover","from":"NODE1"}');
INSERT INTO journal VALUES(12,1795715741456,'resource.failed','error','Resource Exchange MTA of group Exchange failed on node NODE2: the MTA process ended before it was online: its deadline had passed.',1069,2,'NODE2','Exchange','Exchange MTA','cluster','{"code":"mta-ended"}');
INSERT INTO journal VALUES(13,1795715744698,'resource.failed','error','Resource Exchange MTA of group Exchange failed on node NODE2: the MTA process ended before it was online: its deadline had passed.',1069,2,'NODE2','Exchange','Exchange MTA','cluster','{"code":"mta-ended"}');
INSERT INTO journal VALUES(14,1795715746093,'node.paused','info','Node NODE2 is paused: it gets no more groups.',NULL,NULL,'NODE2',NULL,NULL,'admin',NULL);
INSERT INTO journal VALUES(15,1795715746093,'group.draining','info','Group Exchange is being taken offline on node NODE2 (pause).',NULL,2,'NODE2','Exchange',NULL,'admin','{"because":"pause","target":null}');
INSERT INTO journal VALUES(16,1795715746175,'group.released','info','Node NODE2 released group Exchange: everything of epoch 2 is offline there.',NULL,2,'NODE2','Exchange',NULL,'cluster',NULL);
INSERT INTO journal VALUES(17,1795715746175,'group.owned','info','Node NODE1 owns group Exchange under epoch 3.',NULL,3,'NODE1','Exchange',NULL,'cluster','{"because":"pause","from":"NODE2"}');
CREATE TABLE tokens (
  id         TEXT    PRIMARY KEY,
  role       TEXT    NOT NULL CHECK (role IN ('reader', 'operator', 'node', 'partner')),
  subject    TEXT,
  digest     BLOB    NOT NULL,
  created_at INTEGER NOT NULL,
  created_by TEXT    NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO tokens VALUES('3fa8d95293940cf0','partner','peer.test',X'beb8b49cec69d088f171d83001a5b03a96e95d23733c32d3a19e3be7451313ff',1795715718323,'admin');
INSERT INTO tokens VALUES('92324b115acf1b5d','node','NODE1',X'3a95d6cb9abdfc3ae6f20bd28fa04e176a9cc7f5380f497e134d7aa978f24546',1795715718286,'admin');
INSERT INTO tokens VALUES('df4a279a784bf4f9','node','NODE2',X'595e9f8f0472f11961b71f6271eb2ca572ecd38b9453df102440e5e4b8691c9b',1795715718309,'admin');
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
