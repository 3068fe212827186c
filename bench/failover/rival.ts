// What other software does with one address and two hosts, on the same hosts and with the same watchers as ours.
import { setTimeout as delay } from "node:timers/promises";
import { type Lan, openLan, virtualAddress } from "../../test/network/lan.ts";
import { until } from "../../test/support/until.ts";
import { judge, type Played, type Watched } from "./round.ts";
import { openWatch } from "./watch.ts";
import { captureFrames } from "./watchers.ts";

const names = ["NODE1", "NODE2"] as const;
export type NodeName = (typeof names)[number];

/** Software that keeps the virtual address on one of two hosts. */
export type Rival = {
  readonly start: (name: NodeName) => void;
  /** Asks it to end on this host. */
  readonly stop: (name: NodeName) => Promise<void>;
  /** All of its processes at once, by SIGKILL. */
  readonly kill: (name: NodeName) => Promise<void>;
  /** Resolves when the host that has not got the address could take it over. */
  readonly isReady: () => Promise<void>;
};

/** Plays each scene so many times. @param played told of each scene when it is over */
export async function playRival(
  rounds: number,
  rivalOn: (lan: Lan) => Rival,
  played: (played: Played) => void,
): Promise<void> {
  const lan = await openLan([...names, "PEER"]);
  const rival = rivalOn(lan);

  const holders = async (): Promise<NodeName[]> => {
    const shown = await Promise.all(
      names.map(
        async (name) => [name, await lan.host(name).run("ip", "address", "show", "to", virtualAddress)] as const,
      ),
    );
    return shown.filter(([, text]) => text !== "").map(([name]) => name);
  };
  const settled = async (): Promise<NodeName> => {
    await until(async () => (await holders()).length === 1, 60_000, "one host with the address");
    await rival.isReady();
    const [owner] = await holders();
    if (owner === undefined) throw new Error("nobody has the address");
    return owner;
  };
  const scene = async (name: string, befall: (owner: NodeName) => Promise<void>): Promise<void> => {
    const capture = await captureFrames(lan, names, virtualAddress);
    const watched: Watched[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const owner = await settled();
      watched.push(
        await watch(owner, async () => {
          await befall(owner);
          return () => delay(1_000);
        }),
      );
      await lan.host(owner).setLink("client", "up");
      await rival.kill(owner);
      await lan
        .host(owner)
        .run("ip", "address", "flush", "to", `${virtualAddress}/32`)
        .catch(() => "");
      rival.start(owner);
    }
    const frames = await capture.end();
    played({ scene: name, rounds: watched.map((one) => judge(one, frames)), phases: [] });
  };

  const watch = await openWatch(lan, names);
  try {
    for (const name of names) rival.start(name);
    await scene("clean stop", rival.stop);
    await scene("silent host (links cut)", (owner) => lan.host(owner).setLink("client", "down"));
    await scene("killed whole", rival.kill);
  } finally {
    for (const name of names) await rival.kill(name);
    await lan.close();
  }
}
