import { setTimeout as delay } from "node:timers/promises";
import { createClient, type Client } from "../../src/client/http-client.ts";
import type { Result } from "../../src/client/result.ts";
import type { JournalEntry } from "../../src/cluster/journal.ts";
import { definitionSchema } from "../../src/protocol/definition.ts";
import { randomFrom, type Random } from "../simulation/random.ts";
import { PlainAgent } from "../support/plain-agent.ts";
import { killed, newFolder, serve, type Served } from "./storage-support.ts";

/** What a run of kills found, and whether it did anything. */
export type KillReport = {
  readonly findings: readonly string[];
  readonly kills: number;
  /** Writes that were answered, and those whose answer a kill took. */
  readonly confirmed: number;
  readonly unanswered: number;
  readonly epochs: number;
  readonly entries: number;
};

const cluster = "load";
const group = "Queue";
const nodes = ["NODE1", "NODE2"] as const;
/** The shortest lease there is, so that epochs begin between two kills. */
const lease = { ttlMs: 300, renewMs: 60 };
/** How long the control plane lives after it answers: from its first write on. */
const lifeMs = { shortest: 0, longest: 900 };
/** One page of the journal. */
const page = 1_000;

/**
 * Kills a control plane with SIGKILL at random moments while definitions, moves, registry, tokens and clusters are written, and
 * looks after each start whether all that was confirmed is there.
 */
export async function killUnderLoad(seed: number, atMost: { kills: number; ms: number }): Promise<KillReport> {
  const load = new Load(randomFrom(seed));
  await load.start();
  const endAt = performance.now() + atMost.ms;
  while (load.kills < atMost.kills && performance.now() < endAt && load.findings.length === 0) await load.killOnce();
  return load.end();
}

/** One thing that one writer writes, one after the other: after a kill it is what was confirmed last, or what was under way. */
class Written<T> {
  confirmed: T;
  underWay: T | null = null;

  constructor(first: T) {
    this.confirmed = first;
  }

  /** What is there now, after a start; false when it can be neither. */
  settle(found: T): boolean {
    const possible = found === this.confirmed || (this.underWay !== null && found === this.underWay);
    this.confirmed = found;
    this.underWay = null;
    return possible;
  }
}

class Load {
  readonly findings: string[] = [];
  kills = 0;
  #confirmed = 0;
  #unanswered = 0;
  readonly #random: Random;
  #served: Served | null = null;
  #client: Client | null = null;
  #writing = false;
  #writers: Promise<void>[] = [];
  #agents: PlainAgent[] = [];
  #next = 0;
  #generation = 0;
  #epoch = 0;
  readonly #journal = new Map<number, string>();
  readonly #threshold = new Written(1);
  readonly #values = Array.from({ length: 3 }, () => new Written("none"));
  readonly #batch = new Written("none");
  readonly #maintenance = new Written(false);
  readonly #tokens = new Set<string>();
  readonly #revoked = new Set<string>();
  readonly #clusters = new Set<string>([cluster]);
  /** Their making may have been cut off between the directory and the cluster's own object. */
  readonly #halfMade = new Set<string>();

  constructor(random: Random) {
    this.#random = random;
  }

  async start(): Promise<void> {
    await this.#serve(newFolder());
    await this.#sure((client) => client.putCluster(cluster, this.#definition(1)));
    for (const node of nodes) {
      const { token } = await this.#sure((client) => client.createToken(cluster, { role: "node", node }));
      this.#agents.push(
        new PlainAgent({
          cluster,
          node,
          token,
          renewMs: lease.renewMs,
          url: () => this.#served?.controlPlane.url ?? "http://127.0.0.1:1",
          heard: ({ assignment, generation }) => {
            this.#sawGeneration(generation.number);
            for (const { epoch } of assignment?.groups ?? []) this.#sawEpoch(epoch);
          },
        }),
      );
    }
    this.#write();
  }

  async killOnce(): Promise<void> {
    const { shortest, longest } = lifeMs;
    // Many of them soon after the start, when the object writes its generation.
    await delay(
      this.#random.chance(0.3) ? this.#random.between(shortest, 60) : this.#random.between(shortest, longest),
    );
    const served = this.#served;
    if (served === null) throw new Error("nothing is running");
    await killed(served);
    this.kills += 1;
    await this.#stopWriting();
    const generation = this.#generation;
    const epoch = this.#epoch;
    await this.#serve(served.folder);
    // One whose making was cut off is told of as well, and rightly.
    for (const warning of this.#served?.controlPlane.warnings ?? []) {
      if ([...this.#clusters].some((name) => warning.includes(`cluster ${name},`))) this.findings.push(warning);
    }
    await this.#verify(generation, epoch);
    this.#write();
  }

  async end(): Promise<KillReport> {
    await this.#stopWriting();
    for (const agent of this.#agents) agent.stop();
    await this.#readJournal(0);
    return {
      findings: this.findings,
      kills: this.kills,
      confirmed: this.#confirmed,
      unanswered: this.#unanswered,
      epochs: this.#epoch,
      entries: this.#journal.size,
    };
  }

  async #serve(folder: string): Promise<void> {
    const served = await serve(folder);
    this.#served = served;
    const { url, adminToken } = served.controlPlane;
    this.#client = createClient({ url, token: adminToken, timeoutMs: 5_000 });
  }

  // --- what is written ----------------------------------------------------------------------------------------------

  #definition(failoverThreshold: number) {
    return definitionSchema.parse({
      cluster,
      lease,
      networks: { client: { cidr: "127.0.1.0/24", role: "ClientAccess" } },
      nodes: { NODE1: { address: "127.0.1.1" }, NODE2: { address: "127.0.1.2" } },
      groups: {
        [group]: {
          properties: { FailoverThreshold: failoverThreshold },
          resources: { Disk: { type: "Physical Disk" } },
        },
      },
    });
  }

  #write(): void {
    this.#writing = true;
    const keep = async (what: () => Promise<void>): Promise<void> => {
      while (this.#writing) await what();
    };
    this.#writers = [
      ...this.#values.map((value, at) =>
        keep(() =>
          this.#writeOne(value, `text ${++this.#next}`, (client, text) =>
            client.setRegistryValue(cluster, "", `value ${at}`, { type: "REG_SZ", value: text }),
          ),
        ),
      ),
      keep(() =>
        this.#writeOne(this.#batch, `batch ${++this.#next}`, (client, text) =>
          client.writeRegistryBatch(cluster, {
            commands: ["left", "right"].map((name) => ({
              command: "set-value" as const,
              key: "",
              name,
              data: { type: "REG_SZ" as const, value: text },
            })),
          }),
        ),
      ),
      keep(async () => {
        const next = this.#threshold.confirmed + 1;
        await this.#writeOne(this.#threshold, next, (client) => client.putCluster(cluster, this.#definition(next)));
        await delay(20);
      }),
      keep(async () => {
        await this.#writeOne(this.#maintenance, !this.#maintenance.confirmed, (client, on) =>
          client.setMaintenance(cluster, on),
        );
        await delay(15);
      }),
      keep(async () => {
        await this.#ask((client) => client.moveGroup(cluster, group));
        await delay(40);
      }),
      keep(() => this.#tokensAndClusters()),
    ];
  }

  async #stopWriting(): Promise<void> {
    this.#writing = false;
    await Promise.all(this.#writers);
  }

  async #writeOne<T>(
    written: Written<T>,
    next: T,
    write: (client: Client, next: T) => Promise<Result<unknown>>,
  ): Promise<void> {
    // An answer that was lost earlier in this life of the control plane: what is there is not known before the next one.
    if (written.underWay !== null) return void (await delay(20));
    written.underWay = next;
    const result = await this.#ask((client) => write(client, next));
    if (result === null) return;
    if (result.ok) written.confirmed = next;
    written.underWay = null;
  }

  async #tokensAndClusters(): Promise<void> {
    const made = await this.#ask((client) => client.createToken(cluster, { role: "reader" }));
    if (made?.ok === true) this.#tokens.add(made.value.id);
    const [old] = this.#tokens;
    if (old !== undefined && this.#tokens.size > 5) {
      this.#tokens.delete(old);
      const gone = await this.#ask((client) => client.revokeToken(cluster, old));
      if (gone?.ok === true) this.#revoked.add(old);
    }
    if (this.#clusters.size < 20) {
      const name = `more-${++this.#next}`;
      const put = await this.#ask((client) => client.putCluster(name, { ...this.#definition(1), cluster: name }));
      if (put?.ok === true) this.#clusters.add(name);
      if (put === null) this.#halfMade.add(name);
    }
    await delay(50);
  }

  /** Null: there was no answer. A fault of the control plane is a finding. */
  async #ask<T>(question: (client: Client) => Promise<Result<T>>): Promise<Result<T> | null> {
    const client = this.#client;
    if (client === null) return null;
    const result = await question(client);
    if (result.ok) {
      this.#confirmed += 1;
      this.#hear(result.value);
      return result;
    }
    if (result.kind === "unreachable") {
      this.#unanswered += 1;
      await delay(5);
      return null;
    }
    if (result.problem.status >= 500) this.findings.push(`${result.problem.code}: ${result.problem.detail}`);
    // Too often, or a move that is under way already.
    await delay(20);
    return result;
  }

  async #sure<T>(question: (client: Client) => Promise<Result<T>>): Promise<T> {
    const result = await this.#ask(question);
    if (result?.ok === true) return result.value;
    throw new Error(`not answered: ${JSON.stringify(result)}`);
  }

  // --- what must be there -------------------------------------------------------------------------------------------

  /** Entries that an answer told of are confirmed as well. */
  #hear(answer: unknown): void {
    if (typeof answer !== "object" || answer === null || !("entries" in answer)) return;
    if (!("revision" in answer) || !Array.isArray(answer.entries)) return;
    // Those of another cluster count by themselves.
    if ("name" in answer && answer.name !== cluster) return;
    this.#remember(answer.entries as JournalEntry[]);
  }

  #remember(entries: readonly JournalEntry[]): void {
    for (const { seq, at, kind, sentence, epoch } of entries) {
      const text = JSON.stringify([at, kind, sentence, epoch]);
      const before = this.#journal.get(seq);
      if (before !== undefined && before !== text) this.findings.push(`entry ${seq} was ${before} and is ${text}`);
      this.#journal.set(seq, text);
      if (epoch !== null) this.#sawEpoch(epoch);
    }
  }

  #sawEpoch(epoch: number): void {
    this.#epoch = Math.max(this.#epoch, epoch);
  }

  #sawGeneration(generation: number): void {
    this.#generation = Math.max(this.#generation, generation);
  }

  async #verify(generation: number, epoch: number): Promise<void> {
    const view = await this.#sure((client) => client.getCluster(cluster));
    const expectThat = (is: boolean, what: string): void => {
      if (!is) this.findings.push(`after kill ${this.kills}: ${what}`);
    };
    expectThat(view.generation > generation, `generation ${view.generation} after ${generation}`);
    this.#sawGeneration(view.generation);
    const epochNow = view.groups[group]?.epoch ?? -1;
    expectThat(epochNow >= epoch, `epoch ${epochNow} after ${epoch}`);
    this.#verifyWritten("maintenance", this.#maintenance, view.maintenance);
    const { groups } = definitionSchema.parse(await this.#sure((client) => client.getDefinition(cluster)));
    const threshold = Number(groups[group]?.properties["FailoverThreshold"] ?? -1);
    this.#verifyWritten("FailoverThreshold", this.#threshold, threshold);
    for (const [at, value] of this.#values.entries()) {
      this.#verifyWritten(`value ${at}`, value, await this.#text(`value ${at}`));
    }
    const left = await this.#text("left");
    this.#verifyWritten("batch", this.#batch, left);
    expectThat((await this.#text("right")) === left, "half of a batch");
    const { tokens: listed } = await this.#sure((client) => client.listTokens(cluster));
    const tokens = new Set(listed.map(({ id }) => id));
    for (const id of this.#tokens) expectThat(tokens.has(id), `token ${id} is gone`);
    for (const id of this.#revoked) expectThat(!tokens.has(id), `token ${id} is there again`);
    const { clusters } = await this.#sure((client) => client.listClusters());
    const names = new Set(clusters.map(({ name }) => name));
    for (const name of this.#clusters) expectThat(names.has(name), `cluster ${name} is gone`);
    for (const name of this.#halfMade) {
      await this.#sure((client) => client.putCluster(name, { ...this.#definition(1), cluster: name }));
      this.#clusters.add(name);
    }
    this.#halfMade.clear();
    const [any] = [...this.#clusters].slice(-1);
    if (any !== undefined) await this.#sure((client) => client.getCluster(any));
    await this.#readJournal(Math.max(0, this.#journal.size - page));
  }

  #verifyWritten<T>(what: string, written: Written<T>, found: T): void {
    const { confirmed, underWay } = written;
    if (written.settle(found)) return;
    this.findings.push(
      `after kill ${this.kills}: ${what} is ${String(found)}, was ${String(confirmed)} or ${String(underWay)}`,
    );
  }

  async #text(name: string): Promise<string> {
    const result = await this.#ask((client) => client.registryValue(cluster, "", name));
    if (result?.ok !== true) return "none";
    return result.value.data.type === "REG_SZ" ? result.value.data.value : "none";
  }

  async #readJournal(after: number): Promise<void> {
    for (let from = after; ;) {
      const { events, last } = await this.#sure((client) => client.events(cluster, from, page));
      for (const [at, { seq }] of events.entries()) {
        if (seq !== from + at + 1) this.findings.push(`entry ${from + at + 1} is missing`);
      }
      this.#remember(events);
      for (const seq of this.#journal.keys()) if (seq > last) this.findings.push(`entry ${seq} is gone`);
      from = events.at(-1)?.seq ?? last;
      if (from >= last) return;
    }
  }
}
