import { expect, test } from "vitest";
import { createNoticeBook } from "../../src/agent/notices.ts";
import { limits } from "../../src/cluster/limits.ts";

test("AG13 what somebody far away would want to know is kept, numbered and with its time, and all is written", () => {
  const written: string[] = [];
  let changes = 0;
  const book = createNoticeBook(
    (level, code) => void written.push(`${level} ${code}`),
    () => 1_700_000_000_000,
    () => (changes += 1),
  );
  book.log("info", "started", "node NODE1");
  book.log("warning", "address-removed", "192.0.2.100 was taken off eth0");
  expect(written).toEqual(["info started", "warning address-removed"]);
  expect(changes).toBe(1);
  expect(book.list()).toEqual([
    { n: 1, at: 1_700_000_000_000, code: "address-removed", message: "192.0.2.100 was taken off eth0" },
  ]);
});

test("AG13 there are as many as may be reported, the oldest goes, and no text is longer than may be reported", () => {
  const book = createNoticeBook(
    () => {},
    () => 0,
    () => {},
  );
  for (let n = 0; n < 100; n += 1) book.log("warning", "loop-late", "x".repeat(5_000));
  expect(book.list()).toHaveLength(limits.noticesReported);
  expect(book.list().at(-1)?.n).toBe(100);
  expect(book.list()[0]?.message).toHaveLength(1_024);
});
