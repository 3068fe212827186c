import { type FailoverList, failoverListSchema } from "../../protocol/failovers.ts";
import { type Events, eventsSchema, type WatchMessage } from "../../protocol/journal.ts";
import { readEventStream } from "../event-stream.ts";
import type { Result } from "../result.ts";
import type { Transport } from "../transport.ts";

/** What happened, in order. */
export function journalMethods({ at, get, open }: Transport) {
  return {
    events: (cluster: string, after: number, limit?: number): Promise<Result<Events>> =>
      get(`${at(cluster, "events")}?after=${after}${limit === undefined ? "" : `&limit=${limit}`}`, eventsSchema),
    /** Changes of owner with the time of each phase, newest first. */
    failovers: (cluster: string, group?: string): Promise<Result<FailoverList>> => {
      const query = group === undefined ? "" : `?${new URLSearchParams({ group })}`;
      return get(`${at(cluster, "failovers")}${query}`, failoverListSchema);
    },
    /** The journal as it grows. The messages end when the connection does: watch again from the last number. */
    watch: async (
      cluster: string,
      { after, signal }: { readonly after?: number; readonly signal?: AbortSignal } = {},
    ): Promise<Result<AsyncGenerator<WatchMessage>>> => {
      const path = `${at(cluster, "watch")}${after === undefined ? "" : `?after=${after}`}`;
      const opened = await open(path, "text/event-stream", signal);
      return opened.ok ? { ok: true, value: readEventStream(opened.value) } : opened;
    },
  };
}
