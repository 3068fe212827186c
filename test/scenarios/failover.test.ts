import { expect, test } from "vitest";
import { clusterOf, virtualServer } from "../cluster/definitions.ts";
import { Cluster } from "../cluster/driver.ts";
import { Transcript } from "./transcript.ts";

/** Read `failover.txt`: it is the case of KB Q186756 as the brain sees it. A change of the brain shows there as a diff. */
test("EN6: a silent owner is counted out, its successor begins the next epoch, and a move brings the group back", async () => {
  const transcript = new Transcript();
  const cluster = new Cluster(null, transcript.note);

  transcript.heading("Two nodes join; the hold after the start is counted, and the group comes online on NODE1");
  cluster.define(clusterOf({ Exchange: virtualServer(100, { preferredOwners: ["NODE1", "NODE2"] }) }));
  cluster.up("NODE1", "NODE2");
  expect(cluster.verdict("Exchange", "NODE1")).toMatchObject({ decision: "BIND", epoch: 1 });

  transcript.heading("NODE1 falls silent; NODE2 counts a ttl of its silence, and takes over under the next epoch");
  cluster.pass(1_500, "NODE2");
  cluster.advance(500);
  cluster.renew("NODE2", { claims: cluster.claims("NODE2") });
  cluster.renew("NODE2");
  expect(cluster.verdict("Exchange", "NODE2")).toMatchObject({ decision: "BIND", epoch: 2 });

  transcript.heading("NODE1 comes back as a new run, and owns nothing");
  cluster.close("NODE1");
  cluster.advance(500);
  cluster.hello("NODE1", { incarnation: "NODE1-run-2" });
  cluster.renew("NODE1");
  cluster.renew("NODE2");
  expect(cluster.verdict("Exchange", "NODE1")).toMatchObject({ decision: "DEFER", reason: "standby" });

  transcript.heading(
    "An operator moves the group back: NODE2 takes it offline and releases it, and only then NODE1 owns it",
  );
  cluster.command({ type: "move", group: "Exchange", target: "NODE1", at: null });
  cluster.advance(500);
  cluster.renew("NODE2");
  cluster.release("NODE2");
  cluster.renew("NODE1");
  expect(cluster.verdict("Exchange", "NODE1")).toMatchObject({ decision: "BIND", epoch: 3 });

  await expect(transcript.text).toMatchFileSnapshot("failover.txt");
});
