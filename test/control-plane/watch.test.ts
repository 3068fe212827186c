import { beforeAll, expect, test } from "vitest";
import { protocolLimits } from "../../src/protocol/limits.ts";
import { type WatchMessage, watchMessageSchema } from "../../src/protocol/journal.ts";
import { type Line, openLine } from "./fake-agent.ts";
import { adminToken, ask, createExchange, expectProblem, inside, json, tokenOf } from "./support.ts";

const path = "/clusters/watch/watch";

async function last(): Promise<number> {
  return (await json<{ last: number }>(ask("GET", "/clusters/watch/events"))).last;
}

/** Two journal entries. */
async function pauseAndResume(): Promise<void> {
  await ask("POST", "/clusters/watch/nodes/NODE1/pause");
  await ask("POST", "/clusters/watch/nodes/NODE1/resume");
}

async function read(line: Line, count: number): Promise<WatchMessage[]> {
  const messages: WatchMessage[] = [];
  while (messages.length < count) messages.push(watchMessageSchema.parse(JSON.parse((await line.next()) ?? "null")));
  return messages;
}

function numbers(messages: readonly WatchMessage[]): number[] {
  return messages.map((message) => (message.type === "entry" ? message.entry.seq : -message.resumesAt));
}

beforeAll(async () => {
  await createExchange("watch");
  await pauseAndResume();
});

test("CP10: a watch after a number begins with the next one and goes on live", async () => {
  const line = await openLine(`${path}?after=1`, adminToken);
  await pauseAndResume();
  expect(numbers(await read(line, 4))).toEqual([2, 3, 4, 5]);
  line.close();
});

test("CP10: a watch without a number begins with what happens next", async () => {
  const before = await last();
  const line = await openLine(path, adminToken);
  await pauseAndResume();
  expect(numbers(await read(line, 2))).toEqual([before + 1, before + 2]);
  line.close();
});

test("CP10: watched again from where one left, nothing is missing and nothing comes twice", async () => {
  const before = await last();
  const seen: number[] = [];
  for (let i = 0; i < 3; i++) {
    const line = await openLine(`${path}?after=${seen.at(-1) ?? before}`, adminToken);
    await pauseAndResume();
    seen.push(...numbers(await read(line, i === 1 ? 1 : 2)));
    line.close();
    await pauseAndResume();
  }
  expect(seen).toEqual(seen.map((_, index) => before + 1 + index));
});

test("CP11: a number that the journal has not reached is answered with a gap", async () => {
  const line = await openLine(`${path}?after=1000000`, adminToken);
  expect(await read(line, 1)).toEqual([{ type: "gap", after: 1_000_000, resumesAt: await last() }]);
  line.close();
});

test("CP10: a ping is answered, and what else a watcher says does no harm", async () => {
  const line = await openLine(path, adminToken);
  line.send("ping");
  expect(await line.next()).toBe("pong");
  line.send("{");
  await pauseAndResume();
  expect(await read(line, 1)).toHaveLength(1);
  line.close();
});

test("CP10: who closes a watch is answered, and need not wait for its connection to break", async () => {
  const { webSocket } = await ask("GET", path, { headers: { Upgrade: "websocket" } });
  if (webSocket === null) throw new Error("there is no socket");
  webSocket.accept();
  const closed = new Promise<number>((resolve) => {
    webSocket.addEventListener("close", ({ code }) => resolve(code));
  });
  webSocket.close(1000, "done");
  expect(await Promise.race([closed, scheduler.wait(5_000).then(() => "no answer")])).toBe(1000);
});

test("AU8: a browser's upgrade names its token as a subprotocol, and is answered with the other one", async () => {
  const protocols = `bridgehead, bearer.${adminToken}`;
  const headers = { Upgrade: "websocket", "Sec-WebSocket-Protocol": protocols };
  const response = await ask("GET", path, { token: null, headers });
  expect(response.status).toBe(101);
  expect(response.headers.get("Sec-WebSocket-Protocol")).toBe("bridgehead");
  response.webSocket?.accept();
  response.webSocket?.close();
  for (const wrong of ["bridgehead, bearer.wrong", `bearer.${adminToken}`]) {
    await expectProblem(
      ask("GET", path, { token: null, headers: { ...headers, "Sec-WebSocket-Protocol": wrong } }),
      "unauthorized",
    );
  }
});

test("AU8: the subprotocol counts for an upgrade only, and a token in a URL never", async () => {
  const headers = { "Sec-WebSocket-Protocol": `bridgehead, bearer.${adminToken}` };
  await expectProblem(ask("GET", "/clusters", { token: null, headers }), "unauthorized");
  for (const name of ["token", "access_token", "authorization"]) {
    await expectProblem(ask("GET", `${path}?${name}=${adminToken}`, { token: null }), "unauthorized");
  }
});

// --- server-sent events ---------------------------------------------------------------------------------------------

async function openStream(query: string, headers: Record<string, string> = {}) {
  const response = await ask("GET", `${path}${query}`, { headers: { Accept: "text/event-stream", ...headers } });
  expect(response.status).toBe(200);
  expect(response.headers.get("Content-Type")).toBe("text/event-stream");
  if (response.body === null) throw new Error("there is no stream");
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  /** The ids of the first events, once so many are there. */
  const ids = async (count: number): Promise<number[]> => {
    for (;;) {
      const found = Array.from(text.matchAll(/^id: (\d+)\ndata: (.+)$/gm), ([, id]) => Number(id));
      if (found.length >= count) return found;
      const { done, value } = await reader.read();
      if (done) throw new Error("the stream ended");
      text += value;
    }
  };
  return { ids, cancel: () => reader.cancel() };
}

test("CP12: a stream tells what was missed and goes on live", async () => {
  const before = await last();
  const stream = await openStream(`?after=${before - 2}`);
  expect(await stream.ids(2)).toEqual([before - 1, before]);
  await pauseAndResume();
  expect(await stream.ids(4)).toEqual([before - 1, before, before + 1, before + 2]);
  await stream.cancel();
});

test("CP12: a stream resumes after Last-Event-ID", async () => {
  const before = await last();
  const stream = await openStream("", { "Last-Event-ID": String(before - 1) });
  expect(await stream.ids(1)).toEqual([before]);
  await stream.cancel();
});

test("CP12: a reader that reads nothing is dropped when its queue is full, and others are not", async () => {
  const idle = await ask("GET", path, { headers: { Accept: "text/event-stream" } });
  const line = await openLine(path, adminToken);
  const queue = protocolLimits.watcherQueue;
  const entries = await inside("watch", ({ store }) => store.journal.after(0, 1));
  await inside("watch", (object) => {
    for (let i = 0; i < queue + 10; i++) object.watchers.publish(entries, 0);
    expect(object.watchers.streams).toBe(0);
  });
  await pauseAndResume();
  expect(await read(line, 2)).toHaveLength(2);
  line.close();
  await idle.body?.cancel().catch(() => undefined);
});

test("CP17: one token takes half of the watchers' places at most", async () => {
  const token = await tokenOf("watch", { role: "reader" });
  const open = (bearer: string) => ask("GET", path, { token: bearer, headers: { Upgrade: "websocket" } });
  const sockets: (WebSocket | null)[] = [];
  for (let i = 0; i < protocolLimits.watchers / 2; i++) {
    const { webSocket } = await open(token);
    webSocket?.accept();
    sockets.push(webSocket);
  }
  await expectProblem(open(token), "too-many-watchers");
  const admin = await open(adminToken);
  expect(admin.status).toBe(101);
  admin.webSocket?.accept();
  for (const socket of [...sockets, admin.webSocket]) socket?.close();
});

test("CP17: watchers are bounded", async () => {
  const lines: Line[] = [];
  for (let i = 0; i < protocolLimits.watchers; i++) {
    const response = await ask("GET", path, { headers: { Upgrade: "websocket" } });
    if (response.status !== 101) break;
    const socket = response.webSocket;
    socket?.accept();
    lines.push({ close: () => socket?.close() } as Line);
  }
  await expectProblem(ask("GET", path), "too-many-watchers");
  for (const line of lines) line.close();
});
