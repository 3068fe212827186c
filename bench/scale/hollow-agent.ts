import { createLink, type Link } from "../../src/agent/link.ts";
import { runLoop, type Loop } from "../../src/agent/loop.ts";
import type { HostSays, Orders } from "../../src/agent/orders.ts";
import { nothingSeen } from "../../src/agent/seen.ts";
import { sessionStep, startSession } from "../../src/agent/session.ts";
import type { SessionEffect, SessionEvent, SessionState } from "../../src/agent/session-state.ts";
import { holdId, type Report } from "../../src/cluster/messages.ts";

export type HollowAgentOptions = {
  readonly url: string;
  readonly cluster: string;
  readonly node: string;
  readonly token: string;
  /** The orders that its session has given, each time. */
  readonly ordered: (orders: Orders) => void;
  readonly answered: () => void;
};

/** The real session machine over a real socket, with no host behind it: what is ordered is so at once, and nothing is written down. */
export class HollowAgent {
  readonly #loop: Loop<SessionEvent>;
  readonly #link: Link;

  constructor({ url, cluster, node, token, ordered, answered }: HollowAgentOptions) {
    const incarnation = `${node}-${crypto.randomUUID()}`;
    this.#link = createLink({
      url: `${url.replace("http", "ws")}/v1/clusters/${cluster}/nodes/${node}/session`,
      asking: { node, cluster },
      token: () => token,
      opened: (connection) => this.#loop.post({ type: "opened", connection }),
      closed: (connection) => this.#loop.post({ type: "closed", connection }),
      received: (connection, message) => {
        if (message.type === "answer") answered();
        this.#loop.post({ type: "received", connection, message });
      },
      log: () => {},
    });
    const { state, effects } = startSession({ incarnation, machine: null, peer: null }, nothingSeen, performance.now());
    this.#loop = runLoop<SessionState, SessionEvent, SessionEffect>({
      state,
      effects,
      step: sessionStep,
      clock: () => performance.now(),
      perform: (effect) => {
        if (effect.type === "connect") this.#link.connect(effect.connection, effect.timeoutMs);
        else if (effect.type === "disconnect") this.#link.disconnect(effect.connection);
        else if (effect.type === "send") this.#link.send(effect.connection, effect.message);
        else if (effect.type === "orders") {
          ordered(effect.orders);
          this.#loop.post({ type: "host", says: obeyed(effect.orders) });
        }
      },
    });
  }

  /** Its connection stays, and nothing is said on it any more, as when its host has lost its power. */
  fallSilent(): void {
    this.#loop.end();
  }

  end(): void {
    this.#loop.end();
    this.#link.end();
  }
}

function obeyed({ n, revision, holds }: Orders): HostSays {
  const up = holds.filter(({ mode }) => mode.kind === "up");
  const report: Report = {
    revision,
    holds: up.map(({ group, epoch, resources }) => ({
      group,
      epoch,
      resources: Object.fromEntries(
        Object.entries(resources).map(([name, { wanted, attempt }]) => [name, { state: wanted, attempt }]),
      ),
    })),
    associations: [],
    notices: [],
  };
  const isUp = new Set(up.map(holdId));
  return {
    n,
    report,
    offline: holds.filter((hold) => !isUp.has(holdId(hold))).map(({ group, epoch }) => ({ group, epoch })),
  };
}
