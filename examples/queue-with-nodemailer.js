// A program of a group that sends what it finds in a folder on the group's disk: from the virtual IP, under the virtual server's name.
// It is meant to be copied and changed. It needs `bridgehead` and `nodemailer` (npm install bridgehead nodemailer).
//
// As the group's Generic Application, which depends on the disk and on the network name:
//   CommandLine: exec node /opt/mail/queue-with-nodemailer.js --queue /srv/mail/queue --relay relay.example:25
//
// A message is a file of JSON, { "from": "a@b.example", "to": "c@d.example", "raw": "From: ..." }, for one recipient: of several, one that
// is refused would be lost, or the others would get it twice. Whoever brings one writes it under a name that begins with a dot, in the same
// folder, so that no half of one is sent; gives it its name when it is on the disk; and only then says that it was taken:
//   const file = await open(join(queue, `.${name}`), "wx"); await file.writeFile(JSON.stringify(message)); await file.sync();
//   await file.close(); await rename(join(queue, `.${name}`), join(queue, name)); and sync the folder, as below.
import { open, opendir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { parseArgs } from "node:util";
import { createTransport } from "nodemailer";
import { connectFrom, sourceAddresses } from "bridgehead/source-addresses";

/** How often the folder is looked at. */
const lookedEveryMs = 250;
/** A message that was not taken is tried again after a time that doubles, and is never given up. */
const firstRetryMs = 1_000;
const lastRetryMs = 60_000;
/** Messages whose time is remembered. What is forgotten is tried sooner, and that is all. */
const mostRemembered = 10_000;
/** A peer that says nothing for so long is left. */
const patienceMs = 30_000;
/** How long a move of the group waits for the message that is being sent. */
const endedWithinMs = 5_000;
/** One address, and no list or group of them: Nodemailer would take these apart. */
const oneAddress = /^[^\s,;:<>()"@]+@[^\s,;<>()"@]+$/;

const { queue, relay, group, config } = parseArgs({
  options: {
    queue: { type: "string" },
    relay: { type: "string" },
    // The agent says in which group it started this.
    group: { type: "string", default: process.env.BRIDGEHEAD_GROUP },
    config: { type: "string", default: "/etc/bridgehead/agent.yaml" },
  },
}).values;
if (queue === undefined || relay === undefined || group === undefined) usage();
// An IPv6 address stands in brackets: [2001:db8::25]:25.
const [, bracketed, plain, digits = "25"] = /^(?:\[([^[\]]+)\]|([^[\]:]+))(?::(\d{1,5}))?$/.exec(relay) ?? [];
const host = bracketed ?? plain;
const port = Number(digits);
if (host === undefined || port < 1 || port > 65_535) usage(`--relay ${JSON.stringify(relay)} is no HOST[:PORT]`);
const socketPath = process.env.BRIDGEHEAD_AGENT_SOCKET;
const addresses = sourceAddresses({ group, configFile: config, ...(socketPath === undefined ? {} : { socketPath }) });

/** When a message may be tried again, and after how long the time before was: by the file's name. */
const retries = new Map();
/** Until when nothing is tried, because this node may not call. */
let waitUntil = 0;
let waitsFor = "";
let isEnding = false;
// A message whose 250 has come should be removed: without this it would be sent twice when the group is moved at the wrong moment.
process.once("SIGTERM", () => {
  isEnding = true;
  setTimeout(() => process.exit(), endedWithinMs).unref();
});

while (!isEnding) {
  await sendAll().catch((error) => end(`${queue} cannot be read: ${error.message}`));
  await delay(lookedEveryMs);
}

function usage(wrong) {
  if (wrong !== undefined) console.error(wrong);
  console.error("usage: queue-with-nodemailer.js --queue FOLDER --relay HOST[:PORT] [--group GROUP] [--config FILE]");
  process.exit(2);
}

async function sendAll() {
  for await (const entry of await opendir(queue)) {
    if (isEnding || performance.now() < waitUntil) return;
    const { name } = entry;
    // lost+found is no message; and who opens a FIFO waits until somebody writes to it.
    if (!entry.isFile() || name.startsWith(".") || performance.now() < (retries.get(name)?.at ?? 0)) continue;
    await sendOne(name).catch((error) => postpone(name, error));
  }
}

/** Rejects when the message was not taken, or when nobody knows: it stays. */
async function sendOne(name) {
  const { from: sender, to, raw } = messageOf(await readFile(join(queue, name), "utf8"));
  // Each time: the answer is true for this moment.
  const from = await addresses.ask(host);
  if (from.decision !== "BIND") {
    if (from.reason !== waitsFor) console.log(`nothing is sent now: ${from.reason}`);
    waitsFor = from.reason;
    waitUntil = performance.now() + (from.decision === "DEFER" ? from.retryAfterMs : lastRetryMs);
    return;
  }
  waitsFor = "";
  const connection = await connectFrom(from, { host, port });
  const timeouts = { greetingTimeout: patienceMs, socketTimeout: patienceMs };
  // A message brings its text with it: one that names a file of this host, or a page, would send that.
  const closed = { disableFileAccess: true, disableUrlAccess: true };
  const transport = createTransport({ host, port, connection, name: from.networkName, ...timeouts, ...closed });
  try {
    const { rejected } = await transport.sendMail({ envelope: { from: sender, to }, raw });
    // Nodemailer resolves when one recipient was accepted.
    if (rejected.length > 0) throw new Error(`not taken for ${rejected.join(", ")}`);
  } finally {
    transport.close();
    connection.destroy();
  }
  // It was taken (250). A failover between that and this brings it twice (RFC 1047).
  // What cannot be removed would be sent again and again.
  await remove(name).catch((error) => end(`${name}: sent, and cannot be removed: ${error.message}`));
  retries.delete(name);
  console.log(`${name}: sent from ${from.address}`);
}

function messageOf(text) {
  const { from, to, raw } = JSON.parse(text) ?? {};
  // Nobody ("") sends what tells a sender of a failure (RFC 5321 section 4.5.5).
  if (from !== "" && !isAddress(from)) throw new Error('"from" is not one address');
  if (!isAddress(to)) throw new Error('"to" is not one address');
  if (typeof raw !== "string") throw new Error('"raw" is not a text');
  return { from, to, raw };
}

function isAddress(text) {
  return typeof text === "string" && oneAddress.test(text);
}

/** What was removed stays removed when the other node takes the disk: that is what the sync is for. */
async function remove(name) {
  await rm(join(queue, name), { force: true });
  const folder = await open(queue);
  await folder.sync().finally(() => folder.close());
}

/** It is for the cluster to restart this, and then to try the other node. */
function end(why) {
  console.error(why);
  process.exit(1);
}

/** Also what was refused for good (5xx), and what is no message: what becomes of it is for you to say. */
function postpone(name, error) {
  const afterMs = Math.min(lastRetryMs, (retries.get(name)?.afterMs ?? firstRetryMs / 2) * 2);
  if (retries.size >= mostRemembered) retries.clear();
  retries.set(name, { at: performance.now() + afterMs, afterMs });
  console.log(`${name}: again in ${afterMs / 1_000} s: ${error.response ?? error.code ?? error.message}`);
}
