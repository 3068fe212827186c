import { expect, test } from "vitest";
import { type Look, waitFor, Waiters, type Woken } from "../../src/control-plane/waiters.ts";

const never = new Promise<never>(() => undefined);

test("NT6: whoever waits is woken by the next publication, all at once", async () => {
  const waiters = new Waiters(2);
  const both = [waiters.wait(null, 0, 1_000), waiters.wait(null, 0, 1_000)];
  expect(waiters.count).toBe(2);
  waiters.wake();
  expect(await Promise.all(both)).toEqual(["published", "published"]);
  expect(waiters.count).toBe(0);
});

test("NT6: beyond the bound nobody waits, until somebody's time is over", async () => {
  const waiters = new Waiters(2);
  const first = waiters.wait(null, 0, 1_000);
  void waiters.wait(null, 500, 1_000);
  expect(await waiters.wait(null, 999, 1_000)).toBe("too-many");
  void waiters.wait(null, 1_000, 1_000);
  expect(await first).toBe("published");
  expect(waiters.count).toBe(2);
});

test("CP17: one token takes half of the places at most, and the admin token what is left", () => {
  const waiters = new Waiters(4);
  const taken = ["a", "a", "a", "b", null, null].map((of) => {
    const before = waiters.count;
    void waiters.wait(of, 0, 1_000);
    return waiters.count > before;
  });
  expect(taken).toEqual([true, true, false, true, true, false]);
});

test("AU7: whoever waits with a token that is revoked waits no longer, and others go on", async () => {
  const waiters = new Waiters(4);
  const revoked = waiters.wait("a", 0, 1_000);
  void waiters.wait("b", 0, 1_000);
  void waiters.wait(null, 0, 1_000);
  waiters.closeOf("a");
  expect(await revoked).toBe("revoked");
  expect(waiters.count).toBe(2);
  const { look } = looks(5);
  const published = (): Promise<Woken> => Promise.resolve("revoked");
  expect(await waitFor({ timeoutMs: 10_000, look, published })).toEqual({ kind: "revoked" });
});

/** Looks that find nothing for so long, each having seen one entry more. */
function looks(nothingFor: number): { readonly look: () => Promise<Look<string>>; readonly count: () => number } {
  let count = 0;
  return {
    look: () => {
      count += 1;
      return Promise.resolve(count > nothingFor ? { found: true, value: "it" } : { found: false, last: count });
    },
    count: () => count,
  };
}

test("NT5: it looks again whenever something has been published, after what it has seen", async () => {
  const { look } = looks(2);
  const asked: number[] = [];
  const published = (after: number): Promise<Woken> => {
    asked.push(after);
    return Promise.resolve("published");
  };
  expect(await waitFor({ timeoutMs: 10_000, look, published })).toEqual({ kind: "found", value: "it" });
  expect(asked).toEqual([1, 2]);
});

test("NT5: when the time is over it says so, and does not look again", async () => {
  const { look, count } = looks(5);
  expect(await waitFor({ timeoutMs: 30, look, published: () => never })).toEqual({ kind: "time-over" });
  expect(count()).toBe(1);
});

test("NT5: without a time nobody waits", async () => {
  const { look } = looks(1);
  expect(await waitFor({ timeoutMs: 0, look, published: () => never })).toEqual({ kind: "time-over" });
  expect(await waitFor({ timeoutMs: 0, look, published: () => never })).toEqual({ kind: "found", value: "it" });
});

test("NT6: a waiter that was lost is answered when its time is over, and does not ask without end", async () => {
  const { look, count } = looks(5);
  const published = (): Promise<Woken> => Promise.reject(new Error("the object was moved"));
  const began = Date.now();
  expect(await waitFor({ timeoutMs: 30, look, published })).toEqual({ kind: "time-over" });
  expect(Date.now() - began).toBeGreaterThanOrEqual(25);
  expect(count()).toBe(1);
});

test("NT6: where too many wait, it says so at once", async () => {
  const { look } = looks(5);
  const published = (): Promise<Woken> => Promise.resolve("too-many");
  expect(await waitFor({ timeoutMs: 10_000, look, published })).toEqual({ kind: "too-many" });
});
