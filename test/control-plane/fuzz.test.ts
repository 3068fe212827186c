import * as fc from "fast-check";
import { beforeAll, describe, expect, test, vi } from "vitest";
import type { RouteSpec } from "../../src/control-plane/route.ts";
import { families } from "../../src/control-plane/routes.ts";
import { problemDetailsSchema, problemMediaType } from "../../src/protocol/problems.ts";
import { type Edit, edited, edits, marker, repeatsMore } from "../fuzz/json.ts";
import { valuesOf } from "../fuzz/of-schema.ts";
import { askAs, makeStage, type Stage } from "./conformance/stage.ts";
import { createExchange } from "./support.ts";

/** Of each route; there are more than a hundred. A case is a request to a running Worker, so they are few. */
const casesOfRoute = 5;
const seed = 20_261_126;
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const oddParams = fc.constantFrom(
  "",
  "NODE1",
  "Nothing",
  "__proto__",
  "constructor",
  "%00",
  "..",
  "a/b",
  "x".repeat(300),
  "\u{1f600}",
  "0123456789abcdef",
);
const oddHeaders = fc.dictionary(
  fc.constantFrom(
    "If-Match",
    "If-None-Match",
    "Idempotency-Key",
    "Content-Type",
    "Accept",
    "Last-Event-ID",
    "Desired-Access",
  ),
  fc.constantFrom(
    "",
    "*",
    '"1"',
    'W/"1"',
    '"1", "2"',
    "1",
    "x".repeat(300),
    "application/json",
    "text/html",
    "-1",
    "9".repeat(40),
  ),
  { maxKeys: 2 },
);

type Case = {
  readonly params: Readonly<Record<string, string>>;
  readonly query: unknown;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
  readonly done: readonly Edit[];
  readonly text: string | null;
};

function casesOf(spec: RouteSpec): fc.Arbitrary<Case> {
  const names = Array.from(spec.path.matchAll(/\{(\w+)\}/g), ([, name = ""]) => name).filter(
    (name) => name !== "cluster",
  );
  const params =
    names.length === 0 ? fc.constant({}) : fc.dictionary(fc.constantFrom(...names), oddParams, { maxKeys: 1 });
  return fc.record({
    params: fc.oneof({ weight: 3, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: params }),
    query: spec.query === undefined ? fc.constantFrom({}, { [marker]: marker }) : valuesOf(spec.query),
    headers: oddHeaders,
    body: spec.body === undefined ? fc.constant(undefined) : valuesOf(spec.body.schema),
    done: edits,
    text: fc.option(fc.constantFrom("", "{", "\u0000", `{"a":"${marker}"`, "null", "[[[[", `"${marker}"`), {
      nil: null,
      freq: 6,
    }),
  });
}

/** As texts, and nothing that would wait for long. */
function queryOf(query: unknown): Record<string, string> {
  const entries = typeof query === "object" && query !== null ? Object.entries(query) : [];
  return Object.fromEntries(
    entries.map(([key, value]) => [key, key.endsWith("Ms") && /^\d+$/.test(String(value)) ? "1" : String(value)]),
  );
}

function bodyOf({ body, done, text }: Case): unknown {
  if (body === undefined) return undefined;
  return text ?? JSON.stringify(edited(body, done)) ?? "";
}

async function tried(spec: RouteSpec, stage: Stage, asked: Case): Promise<void> {
  const { params, headers } = asked;
  // `ask` holds the answer to the contract of its route: a code that is documented, and nothing that is not.
  const response = await askAs(spec, stage, { params, query: queryOf(asked.query), headers, body: bodyOf(asked) });
  response.webSocket?.accept();
  response.webSocket?.close(1000, "done");
  const isProblem = response.headers.get("Content-Type") === problemMediaType;
  if (!isProblem && response.status !== 500) return void (await response.body?.cancel());
  const problem = problemDetailsSchema.parse(await response.json());
  const { status } = problem;
  const said = JSON.stringify(problem);
  if (status === 500 || repeatsMore(said) || /\\n\s+at |Error:/.test(said)) throw new Error(`${status}: ${said}`);
  if (status === 404) await createExchange(stage.cluster).catch(() => undefined);
}

describe.each(families.map(({ name, routes }) => ({ name, specs: routes.map(({ spec }) => spec) })))(
  "$name",
  ({ name, specs }) => {
    let stage: Stage;
    beforeAll(async () => {
      stage = await makeStage(`fuzz-${name}`);
    });

    test.each(specs)(
      "FZ10 $id answers what is odd with a stable code, with no stack, and with nothing of the body",
      async (spec) => {
        await fc.assert(
          fc.asyncProperty(casesOf(spec), (asked) => tried(spec, stage, asked)),
          { numRuns: casesOfRoute, seed },
        );
        expect(stage.cluster).toContain(name);
      },
    );
  },
);
