import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { assertInvariants } from "../../src/cluster/invariants.ts";
import { step } from "../../src/cluster/step.ts";
import {
  agentMessageSchema,
  agentMessageSchemas,
  decodeAgentMessage,
  decodeObjectMessage,
  encode,
  objectMessageSchema,
} from "../../src/protocol/session.ts";
import { Cluster } from "../cluster/driver.ts";
import { exchange } from "../cluster/exchange.ts";
import { always } from "./always.ts";
import { type Edit, edited, edits, marker } from "./json.ts";
import { valuesOf } from "./of-schema.ts";

type Decode = (frame: string) => ReturnType<typeof decodeAgentMessage> | ReturnType<typeof decodeObjectMessage>;

/** Texts that are nearly JSON: a frame with a few characters of it gone, doubled, or others. */
const slips = fc.array(
  fc.tuple(
    fc.nat(10_000),
    fc.nat(3),
    fc.constantFrom(
      "",
      '"',
      "{",
      "}",
      "[",
      ",",
      "\\u0000",
      "\\",
      "\u0000",
      "9".repeat(30),
      "1e999",
      "\ud800",
      "__proto__",
    ),
  ),
  { maxLength: 2 },
);
function slipped(frame: string, done: readonly (readonly [number, number, string])[]): string {
  return done.reduce((text, [where, gone, put]) => {
    const at = text.length === 0 ? 0 : where % text.length;
    return text.slice(0, at) + put + text.slice(at + gone);
  }, frame);
}

/** One that is read is read alike once it is written again; of another there is a code and nothing else. */
function read(decode: Decode, frame: string): void {
  const decoded = decode(frame);
  const said = JSON.stringify(decoded);
  if (!decoded.ok) {
    if (/^{"ok":false,"code":"(?:too-large|not-json|malformed)"}$/.test(said)) return;
    throw new Error(`more than a code: ${said}`);
  }
  if (JSON.stringify(decode(encode(decoded.message))) !== said) throw new Error(`read otherwise: ${said}`);
}

describe.each([
  ["the object", agentMessageSchema, (frame: string) => decodeAgentMessage(frame)],
  ["the object of an agent of version 1", agentMessageSchemas[1], (frame: string) => decodeAgentMessage(frame, 1)],
  ["the agent", objectMessageSchema, decodeObjectMessage],
] as const)("what %s reads of a session", (_, schema, decode) => {
  const frames = fc
    .tuple(valuesOf(schema), fc.option(edits, { nil: [] }), slips)
    .map(([message, done, slip]) => slipped(JSON.stringify(edited(message, done)) ?? "", slip));

  test("FZ6 a frame is a message or has a code", () => {
    always(frames, (frame) => read(decode, frame));
  });

  test("FZ6 any text is a message or has a code", () => {
    always(fc.oneof(fc.string({ unit: "binary" }), fc.json()), (frame) => read(decode, frame));
  });

  test.each([
    ["brackets that are never closed", "[".repeat(500_000)],
    ["nested without end", `${"[".repeat(200_000)}${"]".repeat(200_000)}`],
    ["a wide list", `[${"0,".repeat(200_000)}0]`],
    ["one long text", `"${marker.repeat(30_000)}"`],
  ])("FZ6 %s: it is no message", (_, frame) => {
    read(decode, frame);
    read(decode, `{"type":"hello","seen":${frame}}`);
    read(
      decode,
      `{"type":"welcome","assignment":{"groups":[{"resources":{"a":{"type":"a","properties":{"a":${frame}}}}}]}}`,
    );
  });
});

/** What agents say to a cluster in which NODE1 owns Exchange: what a well one would say, with some of it changed, or anything. */
type Said = {
  readonly who: "NODE1" | "NODE2";
  readonly kind: "hello" | "renewal" | "any";
  readonly done: readonly Edit[];
  readonly other: unknown;
};
const said = {
  who: fc.constantFrom("NODE1" as const, "NODE2" as const),
  done: fc.option(edits, { nil: [] }),
};
const conversations: fc.Arbitrary<readonly Said[]> = fc.array(
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        ...said,
        kind: fc.constantFrom("hello" as const, "renewal" as const, "renewal" as const, "renewal" as const),
        other: fc.constant(null),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ ...said, kind: fc.constant("any" as const), other: valuesOf(agentMessageSchema) }),
    },
  ),
  { minLength: 1, maxLength: 4 },
);

const start = new Cluster(exchange);
start.up("NODE1", "NODE2");

function documentOf({ who, kind, done, other }: Said, n: number): unknown {
  const run = start.run(who);
  const renewal = {
    ...run.nextRenewal(start.now),
    claims: start.claims(who),
    released: [{ group: "Exchange", epoch: 1 }],
  };
  if (kind === "renewal") return edited({ ...renewal, n: renewal.n + n }, done);
  if (kind === "any") return edited(other, done);
  const { incarnation, connection, seen, holding } = run;
  const told = { associations: 0, notices: 0 };
  return edited(
    {
      type: "hello",
      protocol: 1,
      incarnation,
      connection: connection + n,
      peer: { key: who.padEnd(43, "k"), address: "192.0.2.11:7946", proof: "p".repeat(86) },
      seen,
      released: [],
      holding,
      machine: "m",
      told,
    },
    done,
  );
}

describe("what an agent says", () => {
  test("FZ6 whatever it is, the brain goes on, and its invariants hold", () => {
    let heard = 0;
    const isHeard = (conversation: readonly Said[]): void => {
      let { state } = start;
      for (const [index, said] of conversation.entries()) {
        const decoded = decodeAgentMessage(JSON.stringify(documentOf(said, index)) ?? "");
        if (!decoded.ok) continue;
        heard += 1;
        const { message } = decoded;
        const now = start.now + 500 * index;
        const socket = message.type === "hello" ? `another-${index}` : (start.run(said.who).socket ?? "");
        const event =
          message.type === "hello"
            ? ({ type: "hello", socket, node: said.who, nonce: `n${index}`, message } as const)
            : ({ type: "renewal", socket, message } as const);
        state = step(state, { ...event, now }).state;
        assertInvariants(state);
      }
    };
    always(conversations, isHeard, { times: 0.4 });
    expect(heard).toBeGreaterThan(0);
  });
});
