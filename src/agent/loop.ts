import { longestDelayMs } from "./delays.ts";

/** An event as it is posted: the loop adds `now`, read once, when the event's turn has come. */
export type Untimed<Event> = Event extends unknown ? Omit<Event, "now"> : never;

export type Loop<Event> = {
  /** Takes an event. What an effect posts while it is carried out waits until all effects before it are done. */
  readonly post: (event: Untimed<Event>) => void;
  /** No event is taken and no timer is set any more. */
  readonly end: () => void;
};

type WakeEffect = { readonly type: "wake"; readonly at: number };

export type LoopOptions<State, Event, Effect extends { readonly type: string }> = {
  readonly state: State;
  /** The effects that `state` came with. */
  readonly effects?: readonly Effect[];
  readonly step: (state: State, event: Event) => { readonly state: State; readonly effects: readonly Effect[] };
  /** The node's monotonic clock in milliseconds. */
  readonly clock: () => number;
  /** Told by how much a wake came after its time, in milliseconds: whenever one does. */
  readonly late?: (lateMs: number) => void;
  /** Carries out one effect; what it throws is a bug and ends the process. `wake` is the loop's own. */
  readonly perform: (effect: Exclude<Effect, WakeEffect>) => void;
};

/**
 * Drives a pure machine: one event at a time, its effects in order, one timer.
 *
 * The timer is set for whole milliseconds rounded **down**, and the rest is waited for turn by turn: a deadline is never
 * missed because setTimeout rounds.
 */
export function runLoop<State, Event extends { readonly now: number }, Effect extends { readonly type: string }>(
  options: LoopOptions<State, Event, Effect>,
): Loop<Event> {
  const { step, clock, perform, late = () => {} } = options;
  const waiting: Untimed<Event>[] = [];
  const timer = wakeTimer(clock, (dueAt) => {
    late(clock() - dueAt);
    post({ type: "wake" } as unknown as Untimed<Event>);
  });
  let state = options.state;
  let busy = false;
  let ended = false;

  function carryOut(effects: readonly Effect[]): void {
    for (const effect of effects) {
      if (isWake(effect)) timer.set(effect.at);
      else perform(effect as Exclude<Effect, WakeEffect>);
      if (ended) return;
    }
  }

  function drain(): void {
    for (let event = waiting.shift(); event !== undefined && !ended; event = waiting.shift()) {
      const next = step(state, { ...event, now: clock() } as unknown as Event);
      state = next.state;
      carryOut(next.effects);
    }
  }

  /** One at a time: whoever is already at work drains what the others leave. */
  function alone(work: () => void): void {
    if (busy) return;
    busy = true;
    try {
      work();
    } finally {
      busy = false;
    }
  }

  function post(event: Untimed<Event>): void {
    if (ended) return;
    waiting.push(event);
    alone(drain);
  }

  function end(): void {
    ended = true;
    timer.clear();
  }

  // In a turn of its own: what the first effects call may not exist before the caller has the loop in hand.
  queueMicrotask(() =>
    alone(() => {
      carryOut(options.effects ?? []);
      drain();
    }),
  );
  return { post, end };
}

function isWake(effect: { readonly type: string }): effect is WakeEffect {
  return effect.type === "wake";
}

/** One timer that calls `due` once the clock has reached the time set last, and not before. */
function wakeTimer(
  clock: () => number,
  due: (dueAt: number) => void,
): { set: (at: number) => void; clear: () => void } {
  let timeout: NodeJS.Timeout | undefined;
  let turn: NodeJS.Immediate | undefined;

  function clear(): void {
    clearTimeout(timeout);
    clearImmediate(turn);
  }

  function set(at: number): void {
    clear();
    const left = at - clock();
    if (left >= 1) timeout = setTimeout(() => set(at), Math.min(Math.floor(left), longestDelayMs));
    else if (left > 0) turn = setImmediate(() => set(at));
    else turn = setImmediate(() => due(at));
  }

  return { set, clear };
}
