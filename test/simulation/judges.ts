import { localVerdict, type LocalGrounds } from "../../src/agent/local-verdict.ts";
import type { JournalEntry } from "../../src/cluster/journal.ts";
import { holdId } from "../../src/cluster/messages.ts";
import { Finding } from "./finding.ts";
import type { Judge, NodeModel, Speech } from "./node-model.ts";

/** What watches a run with the true time and all hosts before its eyes, which nobody in the run has. */
export class Judges implements Judge {
  /** The highest epoch of each group that has begun. */
  readonly #epochs = new Map<string, number>();
  #read = 0;
  readonly #nodes: readonly NodeModel[];
  readonly #groups: readonly string[];
  readonly #now: () => number;

  constructor(nodes: readonly NodeModel[], groups: readonly string[], now: () => number) {
    this.#nodes = nodes;
    this.#groups = groups;
    this.#now = now;
  }

  spoken({ host, group, epoch }: Speech): void {
    const begun = this.#epochs.get(group) ?? 0;
    if (epoch < begun) {
      throw new Finding("old-epoch", `${host} speaks for ${group} under epoch ${epoch} when ${begun} has begun`);
    }
    const speakers = new Map<string, string>();
    for (const speech of this.#nodes.flatMap((model) => model.speaking())) {
      const { address } = speech;
      const self = `${speech.host} for ${speech.group} under epoch ${speech.epoch}`;
      const other = speakers.get(address);
      if (other !== undefined) {
        const at = this.#now().toFixed(1);
        throw new Finding("one-speaker", `two speakers from ${address} at ${at} ms: ${other} and ${self}`);
      }
      speakers.set(address, self);
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
    }
  }

  /** An earlier state was put back: what nobody remembers may be used again when those who have seen it are silent. */
  forget(): void {
    this.#epochs.clear();
  }
}
