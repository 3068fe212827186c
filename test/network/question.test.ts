import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { until } from "../support/until.ts";
import { neighbourOf, openLan, virtualAddress } from "./lan.ts";

const question = join(import.meta.dirname, "../../src/agent/linux/question.ts");

test("LX17: who knows an address under another host's hardware address learns the new one from a question of its owner", async () => {
  const lan = await openLan(["NODE1", "PEER"]);
  onTestFinished(() => lan.close());
  const [owner, peer] = [lan.host("NODE1"), lan.host("PEER")];
  // An entry that is new is not given up for another one within the second, so that a flood of ARP does not make it jump.
  await peer.run("sysctl", "-q", "-w", "net.ipv4.neigh.client.locktime=0");
  await peer.run(
    "ip",
    "neighbour",
    "replace",
    virtualAddress,
    "dev",
    "client",
    "lladdr",
    "02:00:00:00:00:01",
    "nud",
    "stale",
  );
  await owner.run("ip", "address", "add", `${virtualAddress}/32`, "dev", "client");
  const mac = await owner.macOn("client");
  const heardOf = () => neighbourOf(peer, virtualAddress);
  expect(await heardOf()).not.toContain(mac);
  await owner.run(
    process.execPath,
    "--eval",
    `import(${JSON.stringify(question)}).then((it) => it.askFrom("${virtualAddress}"))`,
  );
  await until(async () => (await heardOf()).includes(mac), 5_000, "the peer's neighbour entry");
});

test("LX17: a question from an address that is not there does no harm", async () => {
  const lan = await openLan(["NODE1"]);
  onTestFinished(() => lan.close());
  const asking = `import(${JSON.stringify(question)}).then((it) => it.askFrom("${virtualAddress}"))`;
  expect(await lan.host("NODE1").run(process.execPath, "--eval", asking)).toBe("");
});
