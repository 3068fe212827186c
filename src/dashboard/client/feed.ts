import type { JournalEntry } from "../../cluster/journal.ts";
import type { ClusterView } from "../../cluster/questions/view.ts";
import type { Events, WatchMessage } from "../../protocol/journal.ts";
import type { ProblemDetails } from "../../protocol/problems.ts";
import { get, isFinal, openWatch, pathOf } from "./api.ts";
import { type Moment, now } from "./moment.ts";

export type Listener = {
  /** The state, and when it was asked for: what it says is at least that old. */
  readonly state: (view: ClusterView, asked: Moment) => void;
  /** In their order. */
  readonly entries: (entries: readonly JournalEntry[]) => void;
  /** Entries up to this number are not there, and none above it has been told. */
  readonly gap: (resumesAt: number) => void;
  /** A question was not answered; `problem` says why, if anything could. */
  readonly missed: (problem: ProblemDetails | null) => void;
  /** Nothing more will come. */
  readonly refused: (problem: ProblemDetails) => void;
};

/** How many entries before now are shown at first. */
const backlog = 30;
/** Entries come in bursts; one question answers a burst. */
const burstMs = 40;
const reopenMs = { first: 200, longest: 5_000 } as const;
/** A watch that has told nothing new while so many answers knew of more is dead, whatever its socket says. */
const behindAtMost = 3;

/**
 * What a cluster is now, and what happens in it. The journal comes over the watch, from the last number on after each
 * break; each entry is a reason to ask for the state, and so is the passing of time, because leases are in no journal.
 * Where no WebSocket is to be had, the journal is asked for as well.
 */
export class Feed {
  readonly #token: string;
  readonly #cluster: string;
  readonly #listener: Listener;
  #ended = false;
  #last: number | null = null;
  #behind = 0;
  #socket: WebSocket | null = null;
  #reopenMs: number = reopenMs.first;
  #reopenTimer: number | undefined;
  #periodMs = 1_000;
  #pollTimer: number | undefined;
  #burstTimer: number | undefined;
  #asking = false;
  #again = false;
  #missed = false;

  constructor(token: string, cluster: string, listener: Listener) {
    this.#token = token;
    this.#cluster = cluster;
    this.#listener = listener;
  }

  start(): void {
    document.addEventListener("visibilitychange", this.#looked);
    window.addEventListener("online", this.#looked);
    this.#poll();
  }

  end(): void {
    this.#ended = true;
    document.removeEventListener("visibilitychange", this.#looked);
    window.removeEventListener("online", this.#looked);
    for (const timer of [this.#reopenTimer, this.#pollTimer, this.#burstTimer]) clearTimeout(timer);
    this.#socket?.close();
  }

  /** True while the journal comes in as it is written. */
  get watching(): boolean {
    return this.#socket?.readyState === WebSocket.OPEN;
  }

  /** While nobody looks, time passing is no reason to ask; a change still is. */
  readonly #looked = (): void => {
    if (document.visibilityState === "visible") void this.#ask();
  };

  #poll(): void {
    if (document.visibilityState === "visible") void this.#ask();
    this.#pollTimer = window.setTimeout(() => this.#poll(), this.#periodMs);
  }

  /** One question at a time, so that no older answer comes after a newer one. */
  async #ask(): Promise<void> {
    this.#again = true;
    if (this.#asking) return;
    this.#asking = true;
    try {
      while (this.#again && !this.#ended) {
        this.#again = false;
        await this.#askOnce();
      }
    } finally {
      this.#asking = false;
    }
  }

  async #askOnce(): Promise<void> {
    const asked = now();
    const answer = await get<ClusterView>(this.#token, pathOf(this.#cluster));
    if (this.#ended) return;
    if (answer.kind === "ok") {
      // What happened before is there with the first picture, so that nothing on the page makes room for it later.
      this.#last ??= Math.max(0, answer.value.lastEvent - backlog);
      if (!this.watching) await this.#catchUp(answer.value.lastEvent);
      if (!this.#ended) this.#heard(answer.value, asked);
      return;
    }
    const problem = answer.kind === "refused" ? answer.problem : null;
    if (problem === null || !isFinal(problem)) {
      this.#missed = true;
      return this.#listener.missed(problem);
    }
    this.end();
    this.#listener.refused(problem);
  }

  #heard(view: ClusterView, asked: Moment): void {
    // As often as leases are renewed, within what an object with a hundred readers bears.
    this.#periodMs = Math.min(1_000, Math.max(500, view.lease.renewMs));
    this.#last ??= view.lastEvent;
    this.#behind = view.lastEvent === this.#last ? 0 : this.#behind + 1;
    const isBack = this.#missed && this.#socket?.readyState === WebSocket.CLOSED;
    this.#missed = false;
    if (this.#socket === null || isBack) this.#open(this.#last);
    else if (this.watching && this.#behind > behindAtMost) this.#socket.close();
    this.#listener.state(view, asked);
  }

  /** What the watch would tell if there were one. It may come up meanwhile: the numbers keep out what is told twice. */
  async #catchUp(newest: number): Promise<void> {
    const after = this.#last ?? newest;
    if (after === newest) return;
    const answer = await get<Events>(this.#token, `${pathOf(this.#cluster, "events")}?after=${after}`);
    if (answer.kind !== "ok" || this.#ended || this.watching) return;
    const { events, oldest, last } = answer.value;
    const from = Math.min(last, Math.max(after, (oldest ?? 0) - 1));
    if (from !== after) this.#told({ type: "gap", after, resumesAt: from });
    this.#tell(events);
  }

  #open(after: number): void {
    clearTimeout(this.#reopenTimer);
    this.#behind = 0;
    const socket = openWatch(this.#token, this.#cluster, after);
    this.#socket = socket;
    if (socket === null) return;
    socket.addEventListener("open", () => {
      this.#reopenMs = reopenMs.first;
    });
    socket.addEventListener("message", ({ data }) => {
      if (this.#socket !== socket) return;
      this.#told(JSON.parse(String(data)) as WatchMessage);
      this.#askSoon();
    });
    socket.addEventListener("close", () => this.#closed(socket));
  }

  #told(message: WatchMessage): void {
    if (message.type === "gap") {
      this.#last = message.resumesAt;
      this.#listener.gap(message.resumesAt);
    } else this.#tell([message.entry]);
  }

  #tell(entries: readonly JournalEntry[]): void {
    const news = entries.filter(({ seq }) => seq > (this.#last ?? 0));
    const newest = news.at(-1);
    if (newest === undefined) return;
    this.#last = newest.seq;
    this.#listener.entries(news);
  }

  #askSoon(): void {
    this.#burstTimer ??= window.setTimeout(() => {
      this.#burstTimer = undefined;
      void this.#ask();
    }, burstMs);
  }

  #closed(socket: WebSocket): void {
    if (this.#ended || this.#socket !== socket) return;
    const waitMs = this.#reopenMs * (0.5 + Math.random());
    this.#reopenMs = Math.min(reopenMs.longest, this.#reopenMs * 2);
    this.#reopenTimer = window.setTimeout(() => this.#open(this.#last ?? 0), waitMs);
    void this.#ask();
  }
}
