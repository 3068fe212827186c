import { localVerdict, type LocalGrounds } from "../../src/agent/local-verdict.ts";
import type { JournalEntry } from "../../src/cluster/journal.ts";
import { compareRevisions } from "../../src/cluster/lease/generation.ts";
import { holdId, type HoldRef, type Seen } from "../../src/cluster/messages.ts";
import { Finding } from "./finding.ts";
import type { Judge, NodeModel, Speech } from "./node-model.ts";

/** What watches a run with the true time and all hosts before its eyes, which nobody in the run has. */
export class Judges implements Judge {
  /** The highest epoch of each group that has begun. */
  readonly #epochs = new Map<string, number>();
  /** The run that has spoken under an epoch, by `holdId`; null: nobody can say any more, because a state was put back. */
  #speakers: Map<string, string> | null = new Map<string, string>();
  readonly #released = new Set<string>();
  #read = 0;
  /** How often an epoch has begun. */
  beginnings = 0;
  readonly #nodes: readonly NodeModel[];
  readonly #groups: readonly string[];
  readonly #now: () => number;

  constructor(nodes: readonly NodeModel[], groups: readonly string[], now: () => number) {
    this.#nodes = nodes;
    this.#groups = groups;
    this.#now = now;
  }

  spoken(speech: Speech): void {
    this.#judgeEpoch(speech);
    this.#judgeRun(speech);
    this.#judgeSpeakers();
  }

  released(run: string, holds: readonly HoldRef[]): void {
    if (holds.length === 0) return;
    for (const hold of holds) this.#released.add(`${holdId(hold)} ${run}`);
    for (const speech of this.#speaking()) {
      if (speech.run === run && holds.some((hold) => holdId(hold) === holdId(speech))) this.#judgeRun(speech);
    }
  }

  remembered({ host, seen: before }: NodeModel, seen: Seen): void {
    const isLess =
      (before.generation?.number ?? 0) > (seen.generation?.number ?? 0) ||
      (before.revision !== null && compareRevisions(before.revision, seen.revision) > 0) ||
      Object.entries(before.epochs).some(([group, epoch]) => epoch > (seen.epochs[group] ?? 0));
    if (isLess) {
      throw new Finding("memory", `${host} had seen ${JSON.stringify(before)}, and remembers ${JSON.stringify(seen)}`);
    }
  }

  moved(node: NodeModel, grounds: LocalGrounds): void {
    for (const group of this.#groups) {
      const verdict = localVerdict(grounds, group);
      if (verdict.decision !== "BIND") continue;
      const { address, epoch, validForMs } = verdict;
      const speech = node.speeches.get(holdId({ group, epoch }));
      if (speech === undefined || speech.address !== address || grounds.now + validForMs > speech.deadline) {
        const fence = speech === undefined ? "nothing" : `${speech.address} until ${speech.deadline.toFixed(1)}`;
        throw new Finding(
          "verdict",
          `${node.host} answers BIND ${address} for ${group} under epoch ${epoch} at ${grounds.now.toFixed(1)} for ${validForMs} ms, and has ${fence}`,
        );
      }
    }
  }

  /** To be told all that has been written down, after each thing that happens. */
  readOn(journal: readonly JournalEntry[]): void {
    for (; this.#read < journal.length; this.#read += 1) {
      const entry = journal[this.#read];
      if (entry === undefined) return;
      if (entry.seq !== this.#read + 1) {
        throw new Finding("journal", `journal entry ${this.#read + 1} is numbered ${entry.seq}`);
      }
      if (entry.kind !== "group.owned" || entry.group === null || entry.epoch === null) continue;
      const before = this.#epochs.get(entry.group) ?? 0;
      if (entry.epoch <= before) {
        throw new Finding("epochs-grow", `epoch ${entry.epoch} of ${entry.group} began after ${before}`);
      }
      this.#epochs.set(entry.group, entry.epoch);
      this.beginnings += 1;
    }
  }

  /** An earlier state was put back: what nobody remembers may be used again when those who have seen it are silent. */
  forget(): void {
    this.#epochs.clear();
    this.#speakers = null;
  }

  #judgeEpoch({ host, group, epoch }: Speech): void {
    const begun = this.#epochs.get(group) ?? 0;
    const seen = this.#nodes.find((node) => node.host === host)?.seen.epochs[group] ?? 0;
    const speaks = `${host} speaks for ${group} under epoch ${epoch}`;
    if (epoch < begun) throw new Finding("old-epoch", `${speaks} when ${begun} has begun`);
    if (epoch < seen) throw new Finding("old-epoch", `${speaks} when it has seen ${seen}`);
    if (epoch > seen) throw new Finding("memory", `${speaks}, and has not written that down`);
  }

  #judgeRun({ host, run, ...hold }: Speech): void {
    const id = holdId(hold);
    if (this.#released.has(`${id} ${run}`))
      throw new Finding("released", `${host} speaks under ${id}, which it has released`);
    const first = this.#speakers?.get(id) ?? run;
    if (first !== run)
      throw new Finding("epochs-grow", `run ${run} on ${host} speaks under ${id}, and run ${first} has`);
    this.#speakers?.set(id, run);
  }

  #judgeSpeakers(): void {
    const speakers = new Map<string, string>();
    for (const { address, host, group, epoch } of this.#speaking()) {
      const self = `${host} for ${group} under epoch ${epoch}`;
      const other = speakers.get(address);
      if (other !== undefined) {
        const at = this.#now().toFixed(1);
        throw new Finding("one-speaker", `two speakers from ${address} at ${at} ms: ${other} and ${self}`);
      }
      speakers.set(address, self);
    }
  }

  #speaking(): Speech[] {
    return this.#nodes.flatMap((node) => node.speaking());
  }
}
