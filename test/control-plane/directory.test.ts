import { listDurableObjectIds, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { protocolLimits } from "../../src/protocol/limits.ts";
import { ask, createExchange, exchange, expectProblem } from "./support.ts";

test("SE1: a deployment has so many clusters and no more: beyond, none is created, and those there are go on", async () => {
  await createExchange("first");
  await runInDurableObject(env.DIRECTORY.getByName("directory"), (directory) => {
    for (let n = directory.count(); n < protocolLimits.clusters; n++) {
      expect(directory.register(`filler-${n}`)).toBe("registered");
    }
  });
  const before = await listDurableObjectIds(env.CLUSTER);
  await expectProblem(ask("PUT", "/clusters/more", { body: exchange("more") }), "too-many-clusters");
  await expectProblem(ask("GET", "/clusters/more"), "cluster-not-found");
  expect(await listDurableObjectIds(env.CLUSTER)).toHaveLength(before.length);
  expect((await ask("PUT", "/clusters/first", { body: exchange("first") })).status).toBe(200);
});
