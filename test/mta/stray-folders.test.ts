import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { tellStrayFolders } from "../../src/mta/stray-folders.ts";
import { afterwards, eventually, peer } from "./support.ts";

test("MT38 folders with messages that nobody takes are told once each, and again when they were none meanwhile", async () => {
  const queue = mkdtempSync(join(tmpdir(), "bridgehead-strays-"));
  afterwards(() => rmSync(queue, { recursive: true, force: true }));
  const put = (folder: string, name: string): void => {
    mkdirSync(join(queue, "out", folder), { recursive: true });
    writeFileSync(join(queue, "out", folder, name), "");
  };
  put("peer.test", "1.p1");
  put("silent.test", "1.p1");
  put("former.test", "1.p1.state");
  const told: string[] = [];
  const halt = new AbortController();
  const partners = [peer(1), peer(1, { mtaName: "silent.test", connect: false })];
  const looking = tellStrayFolders({
    queue,
    partners: new Map(partners.map((partner) => [partner.mtaName, partner])),
    tell: (_, detail) => told.push(detail),
    signal: halt.signal,
    everyMs: 5,
  });
  const silent = "out/silent.test has messages that nobody takes: its partner is not called (connect: false)";
  const pear = "out/pear.test has messages that nobody takes: no partner has this name";
  await eventually("the first", () => told.length === 1);
  put("pear.test", "1.p1");
  await eventually("the second", () => told.length === 2);
  rmSync(join(queue, "out", "silent.test"), { recursive: true });
  await new Promise((resolve) => setTimeout(resolve, 200));
  put("silent.test", "2.p1");
  await eventually("the first again", () => told.length === 3);
  halt.abort();
  await looking;
  expect(told).toEqual([silent, pear, silent]);
});
