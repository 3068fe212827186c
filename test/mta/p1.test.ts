import { describe, expect, test } from "vitest";
import { decodeMessage, encodeMessage, nameOf } from "../../src/mta/p1.ts";
import { ProtocolFault } from "../../src/mta/octets.ts";
import { longMessage, messageWith, originator } from "./messages.ts";

const codeOf = (decode: () => unknown): string => {
  try {
    decode();
    return "none";
  } catch (error) {
    if (error instanceof ProtocolFault) return error.code;
    throw error;
  }
};

describe("MT29 a message is an envelope of X.411 around a content of X.420", () => {
  test("MT29 what is written is read back, whatever is in it", () => {
    const plain = messageWith("plain");
    const full = {
      ...plain,
      contentType: 22,
      contentIdentifier: null,
      originator: {
        ...originator,
        prmd: null,
        organization: null,
        orgUnits: ["A", "B", "C"],
        givenName: null,
        initials: "X",
      },
      recipients: [1, 2, 300].map((number) => ({ name: originator, number, isResponsible: number !== 2 })),
      trace: [],
    } as const;
    for (const message of [plain, full]) {
      const read = decodeMessage(encodeMessage(message));
      expect({ ...read, content: Buffer.from(read.content).toString("hex") }).toEqual({
        ...message,
        content: Buffer.from(message.content).toString("hex"),
      });
    }
  });

  test("MT29 the name of a message is one for a file, whatever its identifier says", () => {
    const domain = { country: "GB", admd: " ", prmd: "../.." };
    expect(nameOf({ domain, local: "a/b" })).toBe("GB+%20+..%2F..+a%2Fb");
  });

  test.each<[string, Uint8Array]>([
    ["nothing", new Uint8Array()],
    ["noise", Buffer.from("no message at all, and longer than a header")],
    ["a message that ends early", longMessage.subarray(0, 1_000)],
    ["octets behind it", Buffer.concat([longMessage, Uint8Array.of(0)])],
    ["a report", Buffer.concat([Uint8Array.of(0xa1), longMessage.subarray(1)])],
    ["a deep nest", Buffer.from("a080".repeat(1_000), "hex")],
    ["no recipient", encodeMessage({ ...messageWith("x"), recipients: [] })],
    ["an identifier that is too long", encodeMessage(messageWith("x".repeat(33)))],
  ])("MT3 %s is no message", (_, octets) => {
    expect(codeOf(() => decodeMessage(octets))).toBe("malformed");
  });
});
