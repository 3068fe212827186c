import { expect, test } from "vitest";
import { isLoopback, parseEndpoint, parseNetwork } from "../../src/cli/workerd/endpoint.ts";
import { workerdConfig } from "../../src/cli/workerd/config.ts";

const options = {
  manifest: { main: "worker.js", modules: ["a-schema.sql", "worker.js"], compatibilityDate: "2026-11-01" },
  moduleFolder: "worker",
  objectFolder: "data",
  listen: "127.0.0.1:0",
  tls: null,
  reachable: [],
};

test("CL8 the main module comes first, texts are texts, and the keys of the objects never change", () => {
  const text = workerdConfig(options);
  expect(text.indexOf('esModule = embed "worker/worker.js"')).toBeLessThan(
    text.indexOf('text = embed "worker/a-schema.sql"'),
  );
  expect(text).toContain('uniqueKey = "bridgehead-ClusterObject", enableSql = true');
  expect(text).toContain('uniqueKey = "bridgehead-DirectoryObject", enableSql = true');
  expect(text).toContain("http = ()");
});

test("CL8 names with quotes and backslashes stay inside of their literals", () => {
  const text = workerdConfig({ ...options, tls: { certificateChain: 'a"b\\c.pem', privateKey: "key.pem" } });
  expect(text).toContain('certificateChain = embed "a\\"b\\\\c.pem"');
  expect(text).not.toContain("http = ()");
});

test.each<[string, string, number]>([
  ["127.0.0.1:8787", "127.0.0.1", 8787],
  ["[::1]:0", "::1", 0],
  ["example.org:443", "example.org", 443],
])("CL2 %s is an endpoint", (text, host, port) => {
  expect(parseEndpoint(text)).toEqual({ host, port });
});

test.each(["8787", "127.0.0.1", "::1:80", "host:65536", "host:-1", ":80", "a b:x"])("CL2 %j is no endpoint", (text) => {
  expect(() => parseEndpoint(text)).toThrow();
});

test("CL9 only what no other machine can reach is loopback", () => {
  expect(["127.0.0.1", "127.9.9.9", "::1", "localhost"].every(isLoopback)).toBe(true);
  expect(["0.0.0.0", "::", "192.0.2.1", "127.example.org", "localhost.example.org"].some(isLoopback)).toBe(false);
});

test("WH13 the Worker reaches public networks, and those that are named", () => {
  expect(workerdConfig(options)).toContain('(name = "internet", network = (allow = ["public"], tlsOptions');
  const named = workerdConfig({ ...options, reachable: ["10.1.0.0/16"] });
  expect(named).toContain('allow = ["public", "10.1.0.0/16"]');
});

test("WH13 a network is an address and its bits", () => {
  for (const text of ["10.1.0.0/16", "0.0.0.0/0", "fd00::/8", "::1/128"]) expect(parseNetwork(text)).toBe(text);
  for (const text of ["10.1.0.0", "10.1.0.0/33", "fd00::/129", "private", "10.1/16", "a/8", "10.1.0.0/16 x"]) {
    expect(() => parseNetwork(text), text).toThrow();
  }
});
