import type { JournalEntry } from "../cluster/journal.ts";
import type { WatchMessage } from "../protocol/journal.ts";
import { protocolLimits } from "../protocol/limits.ts";
import { subprotocol } from "../protocol/session.ts";
import type { JournalStore } from "./journal-store.ts";
import { type Attachment, attachmentOf, closeQuietly, type WatchAttachment } from "./sockets.ts";

type Stream = {
  readonly controller: ReadableStreamDefaultController<Uint8Array>;
  readonly token: string | null;
  writtenAt: number;
};

/** A stream over which nothing has gone for so long is told that it lives, at the next occasion. */
const streamSilenceMs = 15_000;

/**
 * Those who watch the journal. Each is told every entry after the one that it asked for, once and in order. A WebSocket
 * carries the number of its last entry through hibernation; a stream keeps the object in memory, and ends with it, so its
 * reader asks again with the last number that it saw.
 */
export class Watchers {
  readonly #ctx: DurableObjectState;
  readonly #journal: JournalStore;
  readonly #streams = new Set<Stream>();
  readonly #encoder = new TextEncoder();

  constructor(ctx: DurableObjectState, journal: JournalStore) {
    this.#ctx = ctx;
    this.#journal = journal;
  }

  /** Open streams. */
  get streams(): number {
    return this.#streams.size;
  }

  /** All that watch, be it over a stream or a WebSocket. */
  get count(): number {
    return this.#ctx.getWebSockets("watch").length + this.#streams.size;
  }

  /** Whether as many watch as may; of one token that is half of them. @param token null for the admin token */
  isFullFor(token: string | null): boolean {
    if (this.count >= protocolLimits.watchers) return true;
    return token !== null && this.#countOf(token) >= protocolLimits.watchers / 2;
  }

  #countOf(token: string): number {
    const ofToken = (attachment: Attachment) => attachment.kind === "watch" && attachment.token === token;
    const sockets = this.#ctx.getWebSockets("watch").filter((socket) => ofToken(attachmentOf(socket)));
    return sockets.length + [...this.#streams].filter((stream) => stream.token === token).length;
  }

  /**
   * @param after null: what happens from now on
   * @param token the id of the token that opens it, null for the admin token
   */
  openSocket(after: number | null, token: string | null, namesSubprotocol: boolean): Response {
    const { 0: client, 1: server } = new WebSocketPair();
    this.#ctx.acceptWebSocket(server, ["watch"]);
    this.#bringUpToDate(server, { kind: "watch", token, sent: after ?? this.#journal.last });
    const headers = namesSubprotocol ? { "Sec-WebSocket-Protocol": subprotocol } : undefined;
    return new Response(null, { status: 101, webSocket: client, ...(headers === undefined ? {} : { headers }) });
  }

  openStream(after: number | null, token: string | null, now: number): Response {
    let opened: Stream | undefined;
    const body = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          opened = { controller, token, writtenAt: now };
          this.#streams.add(opened);
          const missed = [...this.#messagesAfter(after ?? this.#journal.last)].map(serverSentEvent).join("");
          controller.enqueue(this.#encoder.encode(`retry: 1000\n: watching\n\n${missed}`));
        },
        cancel: () => {
          if (opened !== undefined) this.#streams.delete(opened);
        },
      },
      new CountQueuingStrategy({ highWaterMark: protocolLimits.watcherQueue }),
    );
    return new Response(body, {
      headers: { "Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Accel-Buffering": "no" },
    });
  }

  /** An earlier instance may have written more than it sent. */
  resume(): void {
    for (const socket of this.#ctx.getWebSockets("watch")) {
      const attachment = attachmentOf(socket);
      if (attachment.kind === "watch") this.#bringUpToDate(socket, attachment);
    }
  }

  publish(entries: readonly JournalEntry[], now: number): void {
    for (const socket of this.#ctx.getWebSockets("watch")) {
      const attachment = attachmentOf(socket);
      if (attachment.kind !== "watch") continue;
      const news = entries.filter(({ seq }) => seq > attachment.sent);
      this.#tell(
        socket,
        attachment,
        news.map((entry): WatchMessage => ({ type: "entry", entry })),
      );
    }
    const text = entries.map((entry) => serverSentEvent({ type: "entry", entry })).join("");
    for (const stream of this.#streams) this.#write(stream, text, now);
  }

  /** The token has been revoked. */
  closeOf(token: string): void {
    for (const socket of this.#ctx.getWebSockets("watch")) {
      const attachment = attachmentOf(socket);
      if (attachment.kind === "watch" && attachment.token === token) closeQuietly(socket, "token-revoked");
    }
    for (const stream of this.#streams) {
      if (stream.token !== token) continue;
      this.#streams.delete(stream);
      stream.controller.close();
    }
  }

  /** Called with each event of the object, so that it takes no timer: a cluster that lives renews. */
  keepStreamsAlive(now: number): void {
    for (const stream of this.#streams) {
      if (now - stream.writtenAt >= streamSilenceMs) this.#write(stream, ": alive\n\n", now);
    }
  }

  #bringUpToDate(socket: WebSocket, attachment: WatchAttachment): void {
    this.#tell(socket, attachment, this.#messagesAfter(attachment.sent));
  }

  #tell(socket: WebSocket, attachment: WatchAttachment, messages: Iterable<WatchMessage>): void {
    try {
      for (const message of messages) socket.send(JSON.stringify(message));
      socket.serializeAttachment({ ...attachment, sent: this.#journal.last } satisfies WatchAttachment);
    } catch {
      // It is closing; a watcher that comes back says how far it got.
    }
  }

  /** A reader that lets its queue fill up is dropped: it comes back with the last number that it saw. */
  #write(stream: Stream, text: string, now: number): void {
    if ((stream.controller.desiredSize ?? 0) <= 0) {
      this.#streams.delete(stream);
      stream.controller.close();
      return;
    }
    stream.controller.enqueue(this.#encoder.encode(text));
    stream.writtenAt = now;
  }

  *#messagesAfter(after: number): Generator<WatchMessage> {
    const { last } = this.#journal;
    let from = this.#journal.resumesAfter(after);
    if (from !== after) yield { type: "gap", after, resumesAt: from };
    while (from < last) {
      const page = this.#journal.after(from, protocolLimits.eventsPage);
      for (const entry of page) yield { type: "entry", entry };
      from = page.at(-1)?.seq ?? last;
    }
  }
}

/** https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation */
function serverSentEvent(message: WatchMessage): string {
  const id = message.type === "entry" ? message.entry.seq : message.resumesAt;
  return `id: ${id}\ndata: ${JSON.stringify(message)}\n\n`;
}
