import { expect, test } from "vitest";
import { protocolLimits } from "../../src/protocol/limits.ts";
import { parse } from "../../src/protocol/shape.ts";
import { webhookRequestSchema } from "../../src/protocol/webhooks.ts";

const read = (url: unknown) => parse(webhookRequestSchema, { url });

test.each([
  "https://peer.test/",
  "https://peer.test",
  "https://peer.test:8443/hooks/1?key=a%20b&x=[1]",
  "https://192.0.2.1/",
  "https://[2001:db8::1]:443/",
  "HTTPS://PEER.TEST/",
  "https://xn--bcher-kva.example/",
  "http://localhost:3000/hook",
  "http://127.0.0.1/",
  "http://127.9.9.9:1/",
  "http://[::1]:8080/",
])("WH9: %s may be delivered to", (url) => {
  expect(read(url)).toEqual({ ok: true, value: { url, kinds: [], description: "" } });
});

test.each([
  ["plain HTTP to elsewhere", "http://peer.test/"],
  ["a name that begins like loopback", "http://127.0.0.1.peer.test/"],
  ["another name of localhost", "http://localhost.peer.test/"],
  ["loopback in another writing", "http://2130706433/"],
  ["loopback in short", "http://127.1/"],
  ["loopback in hexadecimal", "http://0x7f.0.0.1/"],
  ["an address with a number too high", "http://127.0.0.256/"],
  ["loopback as a user", "http://127.0.0.1@peer.test/"],
  ["a user", "https://user@peer.test/"],
  ["a user and a password", "https://user:password@peer.test/"],
  ["a backslash before the user", "https://peer.test\\@other.test/"],
  ["backslashes for slashes", "https:\\\\peer.test/"],
  ["one slash", "https:/peer.test/"],
  ["a fragment", "https://peer.test/#here"],
  ["a blank", "https://peer.test/a b"],
  ["a blank before it", " https://peer.test/"],
  ["a line's end", "https://peer.test/\r\nX-Header: 1"],
  ["letters beyond ASCII", "https://bücher.example/"],
  ["another scheme", "ftp://peer.test/"],
  ["a script", "javascript:alert(1)"],
  ["no host", "https:///hook"],
  ["a port that is none", "https://peer.test:99999/"],
  ["no URL", "peer.test"],
  ["nothing", ""],
  ["no text", 7],
  ["more than the limit", `https://peer.test/${"x".repeat(protocolLimits.webhookUrlLength)}`],
])("WH9: %s is refused by its place, and not repeated", (_, url) => {
  const parsed = read(url);
  expect(parsed).toMatchObject({ ok: false, problems: [{ path: "/url" }] });
  if (typeof url === "string" && url !== "")
    expect(JSON.stringify(parsed)).not.toContain(JSON.stringify(url).slice(1, -1));
});

test("WH9: the longest URL that is taken has the limit's length", () => {
  const base = "https://peer.test/";
  const longest = base + "x".repeat(protocolLimits.webhookUrlLength - base.length);
  expect(read(longest).ok).toBe(true);
});

test("WH9: kinds are the journal's, and a description has a limit", () => {
  const url = "https://peer.test/";
  expect(parse(webhookRequestSchema, { url, kinds: ["group.owned"], description: "x".repeat(255) }).ok).toBe(true);
  expect(parse(webhookRequestSchema, { url, kinds: ["webhook.test"] }).ok).toBe(false);
  expect(parse(webhookRequestSchema, { url, description: "x".repeat(256) }).ok).toBe(false);
  expect(parse(webhookRequestSchema, { url, secret: "whsec_mine" }).ok).toBe(false);
});
