import { expect, test } from "vitest";
import { runLoop, type Loop } from "../../src/agent/loop.ts";

type Event = { readonly now: number } & ({ readonly type: "say"; readonly word: string } | { readonly type: "wake" });
type Effect =
  | { readonly type: "said"; readonly word: string }
  | { readonly type: "post"; readonly word: string }
  | { readonly type: "wake"; readonly at: number };

const clock = (): number => Number(process.hrtime.bigint()) / 1e6;
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test("AG1 effects come in order, and an event that an effect posts waits until all of them are done", async () => {
  const trace: string[] = [];
  const loop: Loop<Event> = runLoop<string[], Event, Effect>({
    state: [],
    clock,
    step: (state, event) => {
      const word = event.type === "say" ? event.word : "wake";
      const posts: Effect[] = word === "first" ? [{ type: "post", word: "second" }] : [];
      return { state: [...state, word], effects: [...posts, { type: "said", word: [...state, word].join("+") }] };
    },
    perform: (effect) => {
      trace.push(`${effect.type} ${effect.word}`);
      if (effect.type === "post") loop.post({ type: "say", word: effect.word });
    },
  });
  loop.post({ type: "say", word: "first" });
  await turn();
  expect(trace).toEqual(["post second", "said first", "said first+second"]);
  loop.end();
});

test("AG1 the first effects are carried out once the caller has the loop, and before any event", async () => {
  const trace: string[] = [];
  const loop = runLoop<null, Event, Effect>({
    state: null,
    effects: [{ type: "said", word: "start" }],
    clock,
    step: (state, event) => ({ state, effects: [{ type: "said", word: event.type === "say" ? event.word : "wake" }] }),
    perform: (effect) => trace.push(effect.word),
  });
  await turn();
  loop.post({ type: "say", word: "later" });
  expect(trace).toEqual(["start", "later"]);
  loop.end();
});

test("AG2 a wake comes at its time, never before it, and the last one asked for replaces the others", async () => {
  const began = clock();
  const wokenAt = await new Promise<number[]>((resolve) => {
    const woken: number[] = [];
    const loop: Loop<Event> = runLoop<null, Event, Effect>({
      state: null,
      clock,
      effects: [
        { type: "wake", at: began + 5 },
        { type: "wake", at: began + 20.5 },
      ],
      step: (state, event) => {
        woken.push(event.now);
        loop.end();
        resolve(woken);
        return { state, effects: [] };
      },
      perform: () => {},
    });
  });
  expect(wokenAt).toHaveLength(1);
  expect(wokenAt[0]).toBeGreaterThanOrEqual(began + 20.5);
});

test("AG2 a wake far in the future does not come at once", async () => {
  let woken = 0;
  const loop = runLoop<null, Event, Effect>({
    state: null,
    clock,
    effects: [{ type: "wake", at: clock() + 2 ** 40 }],
    step: (state) => {
      woken += 1;
      return { state, effects: [] };
    },
    perform: () => {},
  });
  for (let turns = 0; turns < 20; turns += 1) await turn();
  expect(woken).toBe(0);
  loop.end();
});
