-- From the third schema to the fourth. Not changed once it has been released.

ALTER TABLE holds ADD COLUMN agreement TEXT NOT NULL DEFAULT '{"owner":null,"peers":[],"claimants":null}';
