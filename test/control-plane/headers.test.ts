import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, test } from "vitest";
import { routes } from "../../src/control-plane/routes.ts";
import worker from "../../src/worker.ts";
import { adminToken, createExchange } from "./support.ts";

/** What every answer carries, whoever asked and however it came out: a browser shows whatever it is led to. */
const everywhere: Readonly<Record<string, string>> = {
  "X-Content-Type-Options": "nosniff",
  "X-Frame-Options": "DENY",
  "Referrer-Policy": "no-referrer",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
};
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
];

beforeAll(() => createExchange("headers"));

async function headersOf(path: string, init: RequestInit = {}): Promise<Headers> {
  const response = await worker.fetch(new Request(`https://bridgehead.test${path}`, init), env);
  await response.body?.cancel();
  return response.headers;
}

function expectSafe(headers: Headers): void {
  expect(Object.fromEntries(Object.keys(everywhere).map((name) => [name, headers.get(name)]))).toEqual(everywhere);
  const stated = (headers.get("Content-Security-Policy") ?? "").split(";").map((part) => part.trim());
  expect(stated).toEqual(expect.arrayContaining(policy));
  expect(stated.join()).not.toMatch(/unsafe|\*|https?:/);
  expect(headers.get("Access-Control-Allow-Origin")).toBeNull();
}

const admin = { headers: { Authorization: `Bearer ${adminToken}` } };

describe("HT9: every answer that a browser may show", () => {
  test.each([
    ["the page", "/", {}],
    ["its script", "/dashboard.js", {}],
    ["its style", "/dashboard.css", {}],
    ["the reference", "/docs", {}],
    ["the reference's style", "/docs.css", {}],
    ["the document", "/openapi.json", {}],
    ["what is not there", "/nothing", {}],
    ["a method that a path does not take", "/v1/clusters", { method: "PATCH" }],
    ["a cluster", "/v1/clusters/headers", admin],
    ["a stream", "/v1/clusters/headers/watch", admin],
    ["figures", "/metrics", admin],
    ["a body that is none", "/v1/clusters/headers", { ...admin, method: "PUT", body: "<script>" }],
  ])("HT9: %s carries the security headers", async (_, path, init) => {
    expectSafe(await headersOf(path, init));
  });

  test.each(routes.map(({ spec }) => ({ id: spec.id, spec })))(
    "HT9: $id carries them without a token too, and nobody keeps the answer",
    async ({ spec }) => {
      const path = `/v1${spec.path.replaceAll(/\{\w+\}/g, "x")}`;
      const headers = await headersOf(path, { method: spec.method });
      expectSafe(headers);
      expect(headers.get("Cache-Control")).toBe("no-store");
    },
  );

  test("HT9: what has not changed carries them as well", async () => {
    const tag = (await headersOf("/dashboard.js")).get("ETag") ?? "";
    const request = new Request("https://bridgehead.test/dashboard.js", { headers: { "If-None-Match": tag } });
    const response = await worker.fetch(request, env);
    expect(response.status).toBe(304);
    expectSafe(response.headers);
  });

  test("HT9: so does what went wrong on this side", async () => {
    const broken = { ...env, DIRECTORY: undefined as unknown as typeof env.DIRECTORY };
    const response = await worker.fetch(new Request("https://bridgehead.test/v1/clusters", admin), broken);
    expect(response.status).toBe(500);
    expectSafe(response.headers);
    await response.body?.cancel();
  });
});
