import type { Change, ClusterEvent, Effect } from "../../src/cluster/events.ts";
import { type Assignment, holdId, type ObjectMessage, type Renewal } from "../../src/cluster/messages.ts";

type Quiet = { lines: string[]; news: boolean; passedOver: number };

/** One line for each event and effect, as a reader wants them: what happens, indented what follows from it. */
export class Transcript {
  readonly #lines: string[] = [];
  /** Epoch milliseconds that count as 0. */
  readonly #origin: number;
  /** While nothing but news is told: the event that has happened, what has followed from it, and how many were no news. */
  #quiet: Quiet | null = null;
  /** Who is at the other end of each connection. */
  readonly #names = new Map<string, string>();

  constructor(origin = 1_000_000) {
    this.#origin = origin;
  }

  get text(): string {
    return `${this.#lines.join("\n")}\n`;
  }

  heading(text: string): void {
    this.#lines.push(...(this.#lines.length === 0 ? [] : [""]), `# ${text}`);
  }

  readonly note = (line: ClusterEvent | Effect): void => {
    const text = "now" in line ? this.#event(line) : `          ${this.#effect(line)}`;
    if (this.#quiet === null) {
      this.#lines.push(text);
      return;
    }
    if ("now" in line) this.#settle(this.#quiet);
    this.#quiet.lines.push(text);
    this.#quiet.news ||= !("now" in line) && ["publish", "close", "alarm"].includes(line.type);
  };

  /** Only who is who is taken from it. */
  readonly meet = (line: ClusterEvent | Effect): void => {
    if ("now" in line) this.#event(line);
  };

  /** Of what happens meanwhile, only what the journal or an alarm tells. */
  quietly(happen: () => void): void {
    const quiet: Quiet = { lines: [], news: false, passedOver: 0 };
    this.#quiet = quiet;
    happen();
    this.#settle(quiet);
    this.#quiet = null;
    this.#countPassedOver(quiet);
  }

  #countPassedOver({ passedOver }: Quiet): void {
    if (passedOver === 0) return;
    this.#lines.push(`          … ${passedOver === 1 ? "a renewal" : `${passedOver} renewals`} without news`);
  }

  #settle(quiet: Quiet): void {
    if (quiet.news) {
      this.#countPassedOver(quiet);
      this.#lines.push(...quiet.lines);
      quiet.passedOver = 0;
    } else if (quiet.lines.length > 0) quiet.passedOver += 1;
    quiet.lines = [];
    quiet.news = false;
  }

  #time(at: number): string {
    const seconds = (at - this.#origin) / 1_000;
    if (seconds < 3_600) return `${seconds.toFixed(1)} s`;
    const two = (number: number): string => String(Math.floor(number)).padStart(2, "0");
    return `${two(seconds / 3_600)}:${two((seconds / 60) % 60)}:${two(seconds % 60)}`;
  }

  #event(event: ClusterEvent): string {
    const at = this.#time(event.now).padStart(8);
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
      case "alarm":
        return `${at}  alarm`;
      default:
        return `${at}  ${event.actor}: ${this.#command(event)}`;
    }
  }

  #command(event: Extract<ClusterEvent, { actor: string }>): string {
    switch (event.type) {
      case "define":
        return `define ${event.definition.cluster}`;
      case "edit":
        return `edit: ${event.edit.kind}${forced(event.force)}`;
      case "destroy":
        return `destroy the cluster${forced(event.force)}`;
      case "maintenance":
        return event.on ? "begin maintenance" : "end maintenance";
      case "move": {
        const when = event.at === null ? "" : ` at ${this.#time(event.at)}`;
        return `move ${event.group} to ${event.target ?? "the next best node"}${when}`;
      }
      case "cancel":
        return `call off what is planned or under way for ${event.group}`;
      case "want":
        return `bring ${event.group} ${event.wanted.toLowerCase()}`;
      case "want-resource":
        return `bring ${event.resource} of ${event.group} ${event.wanted.toLowerCase()}`;
      case "fail-resource":
        return `let ${event.resource} of ${event.group} fail`;
      case "restart-resource":
        return `restart ${event.resource} of ${event.group}`;
      case "pause":
        if (!event.drain) return `pause ${event.node}`;
        return `pause ${event.node} and drain it to ${event.target ?? "the next best nodes"}`;
      case "resume":
        return `resume ${event.node}, failback ${event.failback}`;
      case "confirm-down":
        return `${event.node} is down, I have seen it`;
      case "release":
        return `${event.incarnation} has released ${event.holds.map(holdId).join(", ")}`;
      case "note":
        return `note: ${event.note.sentence}`;
      case "observe":
        return `${event.reporter} saw an association of ${event.association.group} with ${event.association.partner}`;
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
        return effect.at === null ? "no alarm" : `alarm at ${this.#time(effect.at)}`;
    }
  }

  #name(socket: string): string {
    return this.#names.get(socket) ?? socket;
  }
}

function forced(force: boolean): string {
  return force ? ", by force" : "";
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
  const said = groups.map((group) => [`${holdId(group)} ${group.wanted}`, ...details(group)].join(", "));
  return `${revision.generation}.${revision.n} [${said.join("; ")}]`;
}

/** What is not as with a group that simply shall be online. */
function details({ wanted, observe, resources }: Assignment["groups"][number]): string[] {
  if (wanted === "Offline") return [];
  const entries = Object.entries(resources);
  const off = entries.flatMap(([name, one]) => (one.wanted === "Offline" ? [name] : []));
  const tries = entries.flatMap(([name, { attempt }]) => (attempt > 1 ? [`${name} try ${attempt}`] : []));
  return [observe ? "observe only" : "", off.length === 0 ? "" : `but ${off.join(" and ")} Offline`, ...tries].filter(
    (part) => part !== "",
  );
}
