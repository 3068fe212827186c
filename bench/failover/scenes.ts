import { setTimeout as delay } from "node:timers/promises";
import { cluster, expectOk, group, type Stage } from "../../test/network/stage.ts";
import { until } from "../../test/support/until.ts";

/** What befalls the owner. `after` runs when the other node has the group; what it does is watched too. */
export type Scene = {
  readonly name: string;
  readonly play: (stage: Stage, of: { owner: string; standby: string; round: number; ttlMs: number }) => Promise<After>;
};
export type After = {
  /** Still watched. */
  readonly wait: () => Promise<void>;
  /** Puts everything back. */
  readonly mend: () => Promise<void>;
};

const nothing = async (): Promise<void> => {};

export const scenes: readonly Scene[] = [
  {
    name: "clean move",
    play: async (stage, { standby }) => {
      await expectOk(stage.client.moveGroup(cluster, group, { target: standby }));
      return { wait: nothing, mend: nothing };
    },
  },
  {
    name: "agent SIGKILL",
    play: async (stage, { owner }) => {
      stage.agent(owner).kill("SIGKILL");
      return { wait: nothing, mend: async () => void stage.startAgent(owner) };
    },
  },
  {
    name: "agent SIGSTOP, SIGCONT",
    play: async (stage, { owner, ttlMs }) => {
      const agent = stage.agent(owner);
      agent.kill("SIGSTOP");
      const continuedAt = performance.now() + 3 * ttlMs;
      return {
        wait: async () => {
          await delay(Math.max(0, continuedAt - performance.now()));
          agent.kill("SIGCONT");
          // Whatever it still wanted to do.
          await delay(500);
        },
        mend: async () => {
          agent.kill("SIGKILL");
          await until(() => agent.exitCode !== null || agent.signalCode !== null, 5_000, "its end");
          stage.startAgent(owner);
        },
      };
    },
  },
  {
    name: "agent and guard SIGKILL",
    play: async (stage, { owner }) => {
      await stage.killAll(owner);
      return { wait: () => delay(500), mend: async () => void stage.startAgent(owner) };
    },
  },
  {
    name: "control link cut",
    play: async (stage, { owner }) => {
      await stage.node(owner).setLink("control", "down");
      return { wait: () => delay(500), mend: () => stage.node(owner).setLink("control", "up") };
    },
  },
  {
    name: "all links cut",
    play: async (stage, { owner }) => {
      for (const side of ["control", "client"] as const) await stage.node(owner).setLink(side, "down");
      return {
        wait: () => delay(500),
        mend: async () => {
          for (const side of ["control", "client"] as const) await stage.node(owner).setLink(side, "up");
        },
      };
    },
  },
  {
    name: "control plane killed in a move",
    play: async (stage, { standby, round }) => {
      await expectOk(stage.client.moveGroup(cluster, group, { target: standby }));
      // At another moment of the move each time.
      await delay((round * 3) % 60);
      await stage.restartControl();
      return { wait: nothing, mend: nothing };
    },
  },
];
