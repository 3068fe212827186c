import { describe, expect, test } from "vitest";
import { canonicalAddress } from "../../src/mta/canonical-address.ts";
import { loadPartners, parsePartners, PartnersFileError } from "../../src/mta/partners.ts";
import { partnersYaml } from "./support.ts";

function errorOf(text: string): PartnersFileError {
  try {
    parsePartners(text);
  } catch (error) {
    if (error instanceof PartnersFileError) return error;
    throw error;
  }
  throw new Error("it was taken");
}

describe("MT21 a partners file is taken as a whole, or its mistakes are named by their place", () => {
  test("MT21 the file of the documentation", () => {
    const partners = parsePartners(partnersYaml(10_102));
    expect([...partners.keys()]).toEqual(["peer.test"]);
    expect(partners.get("peer.test")).toMatchObject({
      mtaName: "peer.test",
      port: 10_102,
      password: "pw1",
      connect: true,
    });
  });

  test("MT21 port 102 and connect are the defaults", () => {
    const text = partnersYaml(1).replace("port: 1, ", "");
    expect(parsePartners(text).get("peer.test")).toMatchObject({ port: 102, connect: true });
    expect(parsePartners(partnersYaml(1, ", connect: false")).get("peer.test")?.connect).toBe(false);
  });

  test.each([
    ["a port out of range", partnersYaml(70_000), "partners.peer.test.port"],
    ["an unknown property", partnersYaml(1, ", colour: red"), "partners.peer.test"],
    ["a mode that is not spoken", partnersYaml(1).replace("x410", "x411"), "partners.peer.test.mode"],
    [
      "an address that is none",
      partnersYaml(1).replace("[127.0.1.99]", "[127.0.1.999]"),
      "partners.peer.test.addresses.0",
    ],
    ["no address at all", partnersYaml(1).replace("[127.0.1.99]", "[]"), "partners.peer.test.addresses"],
    [
      "a TSAP of 33 characters",
      partnersYaml(1).replace('"592"', `"${"5".repeat(33)}"`),
      "partners.peer.test.callingTsap",
    ],
    ["a password of 63 characters", partnersYaml(1).replace("pw1", "p".repeat(63)), "partners.peer.test.password"],
    ["a number where a text belongs", partnersYaml(1).replace('"591"', "591"), "partners.peer.test.calledTsap"],
    ["another document", "hello", "(document)"],
  ])("MT21 %s", (_, text, path) => {
    const error = errorOf(text);
    expect(error).toMatchObject({ code: "invalid", paths: [path] });
    expect(error.message).toContain(path);
  });

  test("MT21 what is no YAML is told with its line, and without its text", () => {
    const error = errorOf("partners:\n  peer.test: { password: geheim\n");
    expect(error.code).toBe("not-yaml");
    expect(error.message).toMatch(/line \d+/);
    expect(error.message).not.toContain("geheim");
  });

  test("MT21 a file that is not there", async () => {
    await expect(loadPartners("/nonexistent/partners.yaml")).rejects.toMatchObject({ code: "unreadable" });
  });

  test("MT21 addresses are compared in one spelling", () => {
    expect(canonicalAddress("::ffff:127.0.1.100")).toBe("127.0.1.100");
    expect(canonicalAddress("2001:DB8:0:0:0:0:0:1")).toBe("2001:db8::1");
    expect(canonicalAddress("fe80::1%eth0")).toBe("fe80::1");
    expect(canonicalAddress("127.0.1.1")).toBe("127.0.1.1");
  });
});
