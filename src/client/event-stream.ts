import { type WatchMessage, watchMessageSchema } from "../protocol/journal.ts";
import { parse } from "../protocol/shape.ts";

/**
 * The messages of a `text/event-stream`, in order. Ends when the stream does, however it ends: the reader asks again with
 * the last number that it saw.
 */
export async function* readEventStream(body: ReadableStream<Uint8Array>): AsyncGenerator<WatchMessage> {
  const decoder = new TextDecoder();
  const reader = body.getReader();
  let rest = "";
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const events = (rest + decoder.decode(value, { stream: true })).split("\n\n");
      rest = events.pop() ?? "";
      yield* events.flatMap(messageOf);
    }
  } catch {
    // The connection broke, or the caller has had enough.
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

function messageOf(event: string): WatchMessage[] {
  const data = event
    .split("\n")
    .filter((line) => line.startsWith("data: "))
    .map((line) => line.slice("data: ".length))
    .join("\n");
  if (data === "") return [];
  const parsed = parse(watchMessageSchema, JSON.parse(data));
  return parsed.ok ? [parsed.value] : [];
}
