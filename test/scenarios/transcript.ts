import type { Change, ClusterEvent, Effect } from "../../src/cluster/events.ts";
import { type Assignment, holdId, type ObjectMessage, type Renewal } from "../../src/cluster/messages.ts";

/** One line for each event and effect, as a reader wants them: what happens, indented what follows from it. */
export class Transcript {
  readonly #lines: string[] = [];
  /** Who is at the other end of each connection. */
  readonly #names = new Map<string, string>();

  get text(): string {
    return `${this.#lines.join("\n")}\n`;
  }

  heading(text: string): void {
    this.#lines.push(...(this.#lines.length === 0 ? [] : [""]), `# ${text}`);
  }

  readonly note = (line: ClusterEvent | Effect): void => {
    this.#lines.push("now" in line ? this.#event(line) : `          ${this.#effect(line)}`);
  };

  #event(event: ClusterEvent): string {
    const at = `${((event.now - 1_000_000) / 1_000).toFixed(1)} s`.padStart(8);
    switch (event.type) {
      case "hello": {
        const { incarnation, connection, seen } = event.message;
        this.#names.set(event.socket, incarnation);
        const generation = seen.generation === null ? "no generation" : `generation ${seen.generation.number}`;
        return `${at}  ${incarnation}: hello, connection ${connection}; has seen ${generation}`;
      }
      case "renewal":
        return `${at}  ${this.#name(event.socket)}: ${renewal(event.message)}`;
      case "closed":
        return `${at}  ${this.#name(event.socket)}: connection lost`;
      case "define":
        return `${at}  ${event.actor}: define ${event.definition.cluster}`;
      case "move":
        return `${at}  ${event.actor}: move ${event.group} to ${event.target ?? "the next best node"}`;
      default:
        return `${at}  ${event.type}`;
    }
  }

  #effect(effect: Effect): string {
    switch (effect.type) {
      case "persist":
        return `write ${
          effect.changes
            .filter(({ table }) => table !== "journal")
            .map(change)
            .join(", ") || "the journal only"
        }`;
      case "send":
        return `to ${this.#name(effect.socket)}: ${message(effect.message)}`;
      case "close":
        return `close ${this.#name(effect.socket)}: ${effect.reason}`;
      case "publish":
        return `journal ${effect.entries.map(({ seq, sentence }) => `${seq} “${sentence}”`).join(" ")}`;
      case "alarm":
        return effect.at === null ? "no alarm" : `alarm at ${((effect.at - 1_000_000) / 1_000).toFixed(1)} s`;
    }
  }

  #name(socket: string): string {
    return this.#names.get(socket) ?? socket;
  }
}

function renewal({ n, lastAnswer, intact, released, claims, report }: Renewal): string {
  const holds = report?.holds ?? [];
  const parts = [
    `renewal ${n}, heard answer ${lastAnswer}`,
    intact.length === 0 ? "" : `intact ${intact.map(holdId).join(", ")}`,
    released.length === 0 ? "" : `RELEASES ${released.map(holdId).join(", ")}`,
    ...claims.map(
      ({ silence, countedMs }) => `CLAIMS ${countedMs} ms of silence of ${silence.subject} at k ${silence.k}`,
    ),
    ...holds.map((hold) => {
      const states = Object.entries(hold.resources).map(([name, { state }]) => `${name} ${state}`);
      return `reports ${holdId(hold)}: ${states.join(", ") || "nothing up"}`;
    }),
  ];
  return parts.filter((part) => part !== "").join("; ");
}

function change(one: Change): string {
  if (!("key" in one)) return one.table;
  if (one.row === null) return `${one.table} ${one.key} (removed)`;
  if (one.table !== "leases") return `${one.table} ${one.key}`;
  return `leases ${one.key} (${Object.entries(one.row.held)
    .map(([id, { k }]) => `${id} k ${k}`)
    .join(", ")})`;
}

function message(said: ObjectMessage): string {
  switch (said.type) {
    case "welcome":
      return `welcome to generation ${said.generation.number}, ${standing(said.standing.kind, said.assignment)}`;
    case "assignment":
      return `assignment ${assignment(said.assignment)}`;
    case "answer": {
      const { outcome, silences } = said;
      const granted =
        outcome.kind === "refusal" ? `refused: ${outcome.code}` : grant(outcome.holds.map(holdId), outcome.ttlMs);
      const counts = silences.map(({ subject, k }) => `; count ${subject} at k ${k}`).join("");
      const changed = said.assignment === null ? "" : `; assignment ${assignment(said.assignment)}`;
      return `answer ${said.n} to ${said.to}, ${granted}${counts}${changed}`;
    }
  }
}

function grant(holds: readonly string[], ttlMs: number): string {
  return holds.length === 0 ? "nothing to grant" : `GRANT ${holds.join(", ")} for ${ttlMs} ms`;
}

function standing(kind: string, assigned: Assignment): string {
  return `${kind}; assignment ${assignment(assigned)}`;
}

function assignment({ revision, groups }: Assignment): string {
  const said = groups.map((group) => `${holdId(group)} ${group.wanted}`);
  return `${revision.generation}.${revision.n} [${said.join(", ")}]`;
}
