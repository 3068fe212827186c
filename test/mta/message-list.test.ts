import { expect, test } from "vitest";
import { lookedEveryMs, MessageList } from "../../src/mta/message-list.ts";

/** A folder, of which it is counted how often it is read, and a list of it. */
function folderOf(names: readonly string[]) {
  const folder = { names: [...names], reads: 0, nowMs: 0, tookMs: 0, meanwhile: (): void => {} };
  const list = new MessageList({
    read: async () => {
      const found = [...folder.names];
      folder.reads += 1;
      folder.meanwhile();
      folder.nowMs += folder.tookMs;
      return found;
    },
    now: () => folder.nowMs,
  });
  return { folder, list };
}

const nameOf = (n: number): string => `${String(n).padStart(6, "0")}.p1`;

test("MT36 tens of thousands that wait are taken in order while their folder is read once", async () => {
  const all = Array.from({ length: 30_000 }, (_, n) => nameOf(n));
  const { folder, list } = folderOf(all.toReversed());
  const order: string[] = [];
  await list.refresh();
  for (let [name] = list.listed(); name !== undefined; [name] = list.listed()) {
    order.push(name);
    list.forget(name);
    await list.refresh();
    // The watch tells of what was removed.
    expect(list.told(name)).toBe(false);
  }
  expect(order).toEqual(all);
  expect(folder.reads).toBe(1);
});

test("MT36 one that a watch tells of has its place at once, and nothing else has one", async () => {
  const { folder, list } = folderOf(["2.p1", "4.p1"]);
  await list.refresh();
  for (const name of ["3.p1", "5.p1", "1.p1"]) expect(list.told(name)).toBe(true);
  for (const name of ["3.p1", ".6.p1.new", "2.p1.state"]) expect(list.told(name)).toBe(false);
  expect([...list.listed()]).toEqual(["1.p1", "2.p1", "3.p1", "4.p1", "5.p1"]);
  expect(folder.reads).toBe(1);
});

test("MT36 one that comes while the folder is read is not lost, nor is it there twice", async () => {
  const { folder, list } = folderOf(["1.p1"]);
  folder.meanwhile = () => {
    for (const name of ["1.p1", "2.p1"]) list.told(name);
  };
  await list.refresh();
  expect([...list.listed()]).toEqual(["1.p1", "2.p1"]);
});

test("MT36 what no watch tells of is found with the next look, which is dear where very many wait", async () => {
  const { folder, list } = folderOf(["1.p1"]);
  await list.refresh();
  folder.names.push("2.p1");
  folder.nowMs += lookedEveryMs - 1;
  expect(await list.refresh()).toBe(false);
  folder.nowMs += 1;
  folder.tookMs = 200;
  expect(await list.refresh()).toBe(true);
  expect([...list.listed()]).toEqual(["1.p1", "2.p1"]);
  folder.nowMs += lookedEveryMs;
  expect(await list.refresh()).toBe(false);
  folder.nowMs += 3_000;
  expect(await list.refresh()).toBe(true);
});

test("MT36 a change of nobody knows what, and a folder that could not be read, make it be read again", async () => {
  const { folder, list } = folderOf([]);
  await list.refresh();
  expect(list.told(null)).toBe(true);
  folder.meanwhile = () => {
    throw new Error("no disk");
  };
  await expect(list.refresh()).rejects.toThrow("no disk");
  folder.meanwhile = () => {};
  folder.names.push("1.p1");
  expect(await list.refresh()).toBe(true);
  expect([...list.listed()]).toEqual(["1.p1"]);
});
