import type { Socket } from "node:net";
import type { LocalVerdict } from "./local-verdict.ts";

/** Where somebody is told of each change of what would be answered for a group. */
type Watch = { readonly socket: Socket; readonly group: string; said: string };

/** Half of the connections that the local socket takes: the others are for questions. */
export const mostWatches = 32;
/** Unread lines that say that nobody reads them: their reader would answer from what is long over. */
const longestBacklog = 4 * 1024;

/**
 * Tells the answer for a group at once and whenever it is another one. Of a `BIND` the last word is not what is left, which would be less by the
 * time that it is read, but until when: milliseconds of CLOCK_MONOTONIC, which is one clock for all processes of a host.
 */
export class VerdictWatches {
  readonly #verdict: (group: string) => LocalVerdict;
  readonly #watches = new Set<Watch>();

  constructor(verdict: (group: string) => LocalVerdict) {
    this.#verdict = verdict;
  }

  /** False: there are as many as there may be. */
  open(socket: Socket, group: string): boolean {
    if (this.#watches.size >= mostWatches) return false;
    const watch: Watch = { socket, group, said: "" };
    this.#watches.add(watch);
    socket.once("close", () => this.#watches.delete(watch));
    // It has nothing to say as long as nothing changes, and its end is noticed by its being closed.
    socket.setTimeout(0);
    this.#tell(watch);
    return true;
  }

  /** To be called when something that answers stand on has changed. */
  changed(): void {
    for (const watch of this.#watches) this.#tell(watch);
  }

  #tell(watch: Watch): void {
    const line = this.#lineOf(watch.group);
    if (line === watch.said) return;
    watch.said = line;
    watch.socket.write(line);
    if (watch.socket.writableLength > longestBacklog) watch.socket.destroy();
  }

  #lineOf(group: string): string {
    const verdict = this.#verdict(group);
    if (verdict.decision !== "BIND") return `${verdict.decision} ${verdict.reason}\n`;
    const { address, networkName, epoch, until } = verdict;
    return `BIND ${address} ${networkName} ${epoch} ${Math.floor(until)}\n`;
  }
}
