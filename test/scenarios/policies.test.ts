import { expect, test } from "vitest";
import { clusterOf, disk, nodes, plainGroup, ttlMs } from "../cluster/definitions.ts";
import { Stage } from "./stage.ts";

/** Read the `.txt` beside this: each is one policy as the brain carries it out. A change of the brain shows there as a diff. */
const both = ["NODE1", "NODE2"] as const;
const hourMs = 3_600_000;

test("GP4: a resource is restarted while its threshold lasts, its group fails over while that lasts, then it is given up and tried again", async () => {
  const stage = new Stage(
    clusterOf({ Files: plainGroup({ Disk: disk({ RestartThreshold: 1 }) }, { properties: { FailoverThreshold: 1 } }) }),
  );
  const { cluster } = stage;
  const fail = (): void => {
    const { node } = cluster.hold("Files");
    cluster.advance(500);
    const problem = { code: "driver", message: "the disk cannot be mounted" };
    cluster.renew(node, { report: cluster.report(node, { Disk: { state: "Failed", problem } }) });
  };
  stage.heading("The first failure: the resource is tried again on its node");
  fail();
  stage.heading("The second one is beyond its threshold: the group fails over");
  fail();
  cluster.release("NODE1");
  stage.heading("It fails there too, twice, and the group may not fail over again: it is given up, with event 1254");
  fail();
  fail();
  stage.heading("After RetryPeriodOnFailure all of it is tried again, and the disk can be mounted");
  cluster.alarm();
  cluster.renew("NODE2");
  expect(cluster.groupView("Files").state).toBe("Online");
  await stage.matches("thresholds.txt");
});

test("GP17: a group that lost its preferred owner goes back within its window, and not before", async () => {
  const properties = { AutoFailbackType: 1, FailbackWindowStart: 2, FailbackWindowEnd: 4 };
  const group = plainGroup(undefined, { preferredOwners: ["NODE1", "NODE2"], properties });
  const stage = new Stage(clusterOf({ Files: group }, { timeZone: "UTC" }), { at: 24 * hourMs });
  const { cluster } = stage;
  stage.heading("A little after midnight NODE1 falls silent, and NODE2 takes over");
  stage.quietly(ttlMs, "NODE2");
  cluster.close("NODE1");
  cluster.renew("NODE2", { claims: cluster.claims("NODE2") });
  stage.heading("NODE1 is back; the window of Files is from 2 to 4 o'clock, so it stays where it is");
  cluster.hello("NODE1", { incarnation: "NODE1-run-2" });
  cluster.renew("NODE1");
  cluster.renew("NODE2");
  stage.quietly(ttlMs, ...both);
  stage.heading("At 2 o'clock it goes home");
  cluster.alarm();
  cluster.release("NODE2");
  cluster.renew("NODE1");
  expect(cluster.owner("Files")).toBe("NODE1#3");
  await stage.matches("failback.txt");
});

test("GP22: a node is drained, worked on, and resumed, and its groups come back", async () => {
  const group = (name: string) => plainGroup({ [name]: disk() }, { preferredOwners: ["NODE1"] });
  const stage = new Stage(clusterOf({ Files: group("Disk"), Queue: group("Spool") }));
  const { cluster } = stage;
  stage.heading("NODE1 is drained: both of its groups go to NODE2");
  cluster.command({ type: "pause", node: "NODE1", drain: true, target: null });
  cluster.renew("NODE1");
  cluster.release("NODE1");
  cluster.renew("NODE2");
  expect(cluster.view().nodes["NODE1"]?.drain).toBe("Completed");
  stage.heading("NODE1 is started anew meanwhile, and gets nothing");
  cluster.close("NODE1");
  cluster.hello("NODE1", { incarnation: "NODE1-run-2" });
  cluster.renew("NODE1");
  stage.heading("It is resumed, and what would rather be there comes back at once, whatever AutoFailbackType says");
  cluster.command({ type: "resume", node: "NODE1", failback: "immediate" });
  cluster.release("NODE2");
  cluster.renew("NODE1");
  expect([cluster.owner("Files"), cluster.owner("Queue")]).toEqual(["NODE1#3", "NODE1#3"]);
  await stage.matches("drain.txt");
});

test("GP19: in maintenance a failure is only observed, a move is carried out, and what was seen is judged in the end", async () => {
  const stage = new Stage(clusterOf({ Files: plainGroup({ Disk: disk() }), Queue: plainGroup({ Spool: disk() }) }));
  const { cluster } = stage;
  const failed = () => cluster.report("NODE1", { Disk: { state: "Failed" } });
  stage.heading("Maintenance begins: agents observe");
  cluster.command({ type: "maintenance", on: true });
  cluster.renew("NODE1");
  stage.heading("The disk fails: it is seen, and nothing follows");
  cluster.renew("NODE1", { report: failed() });
  stage.heading("An operator moves Queue: it is brought online on NODE2, and only observed once it is");
  cluster.command({ type: "move", group: "Queue", target: "NODE2", at: null });
  const released = [{ group: "Queue", epoch: 1 }];
  cluster.renew("NODE1", { report: failed(), released, intact: [{ group: "Files", epoch: 1 }] });
  cluster.renew("NODE2");
  stage.heading("Maintenance is over: the failure is judged");
  cluster.command({ type: "maintenance", on: false });
  cluster.renew("NODE1");
  expect(cluster.count("resource.failed")).toBe(1);
  await stage.matches("maintenance.txt");
});

test("GP18: a node that loses its lease twice within the hour is kept out for ten minutes", async () => {
  const properties = { QuarantineThreshold: 2, QuarantineDuration: 600 };
  const group = plainGroup(undefined, { preferredOwners: ["NODE1"] });
  const stage = new Stage(clusterOf({ Files: group }, { properties, nodes: nodes("NODE1", "NODE2", "NODE3") }));
  const { cluster } = stage;
  const others = ["NODE2", "NODE3"];
  const lose = (run: number): void => {
    for (const node of others) cluster.renew(node);
    stage.quietly(ttlMs, ...others);
    cluster.renew("NODE2", { claims: cluster.claims("NODE2") });
    cluster.close("NODE1");
    cluster.hello("NODE1", { incarnation: `NODE1-run-${run}` });
    cluster.renew("NODE1");
  };
  stage.heading("NODE1 falls silent, and is back: that may happen");
  lose(2);
  cluster.command({ type: "move", group: "Files", target: "NODE1", at: null });
  cluster.release("NODE2");
  cluster.renew("NODE1");
  stage.heading("It happens again within the hour");
  lose(3);
  stage.heading("When NODE2 is drained, Files goes past NODE1 to NODE3");
  cluster.renew("NODE3");
  cluster.command({ type: "pause", node: "NODE2", drain: true, target: null });
  cluster.release("NODE2");
  stage.heading("Ten minutes later it is over");
  cluster.alarm();
  expect([cluster.hold("Files").node, cluster.count("node.quarantine-ended")]).toEqual(["NODE3", 1]);
  await stage.matches("quarantine.txt");
});

test("GP15: a group waits for the groups that it depends on, and for its delay", async () => {
  const web = plainGroup({ Site: disk() }, { dependsOn: ["Database"], properties: { GroupStartDelay: 5_000 } });
  const stage = new Stage(clusterOf({ Web: web, Database: plainGroup({ Store: disk() }) }), { without: both });
  const { cluster } = stage;
  stage.heading("Both groups get an owner; Database comes up, Web is told to wait");
  for (const node of both) cluster.hello(node);
  for (const node of both) cluster.renew(node);
  stage.quietly(ttlMs, ...both);
  cluster.renew("NODE1", { report: cluster.report("NODE1", { Store: { state: "OnlinePending" } }) });
  stage.heading("The delay is over, and Database is not online yet");
  cluster.alarm();
  stage.heading("Database is online: Web may come online too");
  cluster.renew("NODE1");
  cluster.renew("NODE1");
  expect(cluster.groupView("Web").state).toBe("Online");
  stage.heading("What becomes of Database later is nothing to Web: this is an order of starting");
  cluster.command({ type: "want", group: "Database", wanted: "Offline" });
  cluster.renew("NODE1");
  expect(cluster.groupView("Web").state).toBe("Online");
  await stage.matches("starting.txt");
});

test("GP20: a move waits for its time; the next one cannot be made, and is told", async () => {
  const stage = new Stage(clusterOf({ Files: plainGroup() }));
  const { cluster } = stage;
  stage.heading("A move is scheduled for in a minute, and made then");
  cluster.command({ type: "move", group: "Files", target: "NODE2", at: cluster.now + 60_000 });
  stage.quietly(60_000 - 1, ...both);
  cluster.alarm();
  cluster.release("NODE1");
  cluster.renew("NODE2");
  stage.heading("The way back is scheduled too, but when its time comes NODE1 is gone: event 1137");
  cluster.command({ type: "move", group: "Files", target: "NODE1", at: cluster.now + 60_000 });
  cluster.close("NODE1");
  stage.quietly(60_000 - 1, "NODE2");
  cluster.alarm();
  stage.heading("A third one is called off before its time");
  cluster.command({ type: "move", group: "Files", target: null, at: cluster.now + 60_000 });
  cluster.command({ type: "cancel", group: "Files" });
  expect([cluster.owner("Files"), cluster.alarmAt]).toEqual(["NODE2#2", null]);
  await stage.matches("scheduled-move.txt");
});

test("GP16: two groups stay apart, share a node when there is only one, and part again when they are told to", async () => {
  const mta = (name: string) => plainGroup({ [name]: disk() }, { properties: { AntiAffinityClassNames: ["mta"] } });
  const stage = new Stage(clusterOf({ North: mta("N"), South: mta("S") }), { without: both });
  const { cluster } = stage;
  stage.heading("Two nodes: one group each");
  for (const node of both) cluster.hello(node);
  for (const node of both) cluster.renew(node);
  stage.quietly(ttlMs, ...both);
  for (const node of both) cluster.renew(node);
  expect([cluster.hold("North").node, cluster.hold("South").node]).toEqual(["NODE1", "NODE2"]);
  stage.heading("NODE1 is lost: better together than not at all");
  cluster.close("NODE1");
  stage.quietly(ttlMs, "NODE2");
  cluster.renew("NODE2", { claims: cluster.claims("NODE2") });
  cluster.renew("NODE2");
  stage.heading("NODE1 is back; a move to the next best node parts them");
  cluster.hello("NODE1", { incarnation: "NODE1-run-2" });
  cluster.renew("NODE1");
  cluster.command({ type: "move", group: "North", target: null, at: null });
  cluster.release("NODE2");
  cluster.renew("NODE1");
  expect([cluster.hold("North").node, cluster.hold("South").node]).toEqual(["NODE1", "NODE2"]);
  await stage.matches("anti-affinity.txt");
});
