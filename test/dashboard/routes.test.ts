import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startControlPlane, type ControlPlane } from "../../src/cli/workerd/process.ts";
import { pack, packedFile } from "../../src/dashboard/pack.ts";

let folder: string;
let controlPlane: ControlPlane;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "bridgehead-page-"));
  controlPlane = await startControlPlane({ folder, host: "127.0.0.1", port: 0, tls: null });
});

afterAll(async () => {
  await controlPlane?.stop();
  await rm(folder, { recursive: true, force: true });
});

const paths = { page: "/", script: "/dashboard.js", style: "/dashboard.css" } as const;

function ask(path: string, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
  return fetch(`${controlPlane.url}${path}`, { headers });
}

test.each([
  [paths.page, "text/html; charset=utf-8"],
  [paths.script, "text/javascript; charset=utf-8"],
  [paths.style, "text/css; charset=utf-8"],
])("DB1 %s is served without a token as %s, under a policy that lets nothing else in", async (path, type) => {
  const response = await ask(path);
  expect(response.status).toBe(200);
  expect(response.headers.get("Content-Type")).toBe(type);
  expect(response.headers.get("X-Content-Type-Options")).toBe("nosniff");
  expect(response.headers.get("Referrer-Policy")).toBe("no-referrer");
  const policy = new Map(
    (response.headers.get("Content-Security-Policy") ?? "").split(";").map((directive) => {
      const [name = "", ...sources] = directive.trim().split(/\s+/);
      return [name, sources.join(" ")] as const;
    }),
  );
  expect(Object.fromEntries(policy)).toMatchObject({
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "connect-src": "'self'",
    "img-src": "'self' data:",
    "base-uri": "'none'",
    "form-action": "'none'",
    "frame-ancestors": "'none'",
  });
});

test("DB1 the page names nothing of another host, and holds no script or style of its own", async () => {
  const page = await (await ask(paths.page)).text();
  const named = [...page.matchAll(/(?:src|href|action)="([^"]*)"/g)].map(([, address = ""]) => address);
  expect(named.filter((address) => !address.startsWith("data:")).toSorted()).toEqual([
    "/dashboard.css",
    "/dashboard.js",
  ]);
  expect(page).not.toMatch(/<script(?![^>]* src=)|<style|style=|\son\w+=/);
  for (const path of [paths.script, paths.style]) {
    const hosts = [...(await (await ask(path)).text()).matchAll(/\b(?:https?|wss?):\/\/([\w.-]+)/g)].map(
      ([, host]) => host,
    );
    // The namespace of SVG is a name, not an address.
    expect(hosts.filter((host) => host !== "www.w3.org")).toEqual([]);
  }
});

test.each([paths.script, paths.style])("DB2 %s is sent again only when it has changed", async (path) => {
  const tag = (await ask(path)).headers.get("ETag") ?? "";
  expect(tag).toMatch(/^"[0-9a-f]{16}"$/);
  for (const kept of [tag, `W/${tag}`, `"other", ${tag}`]) {
    const again = await ask(path, { "If-None-Match": kept });
    expect(again.status).toBe(304);
    expect(again.headers.get("ETag")).toBe(tag);
    expect(await again.text()).toBe("");
  }
  expect((await ask(path, { "If-None-Match": '"0123456789abcdef"' })).status).toBe(200);
});

test("DB3 packed.ts holds what client/ says; if not: node src/dashboard/pack.ts", async () => {
  expect(await readFile(packedFile, "utf8")).toBe(await pack());
});
