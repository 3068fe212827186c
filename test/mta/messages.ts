import type { OrName } from "../../src/mta/or-name.ts";
import { encodeMessage, type Message } from "../../src/mta/p1.ts";
import { encodeTextMessage } from "../../src/mta/p2.ts";

const domain = { country: "GB", admd: " ", prmd: "EXAMPLE" };
const person = (surname: string): OrName => ({
  ...domain,
  organization: "Test",
  orgUnits: ["Mail"],
  surname,
  givenName: "Ann",
  initials: null,
});
export const originator = person("Sender");
export const recipient = person("Recipient");

/** A message between two people, with a text of so many lines. */
export function messageWith(local: string, lines = 1): Message {
  const body = Array.from({ length: lines }, (_, n) => `Line ${n + 1} of message ${local}.`).join("\n");
  return {
    identifier: { domain, local },
    originator,
    contentType: 2,
    contentIdentifier: "test",
    recipients: [{ name: recipient, number: 1, isResponsible: true }],
    trace: [{ domain, arrival: "261126120000Z" }],
    content: encodeTextMessage({ originator, recipients: [recipient], identifier: local, subject: "A test", body }),
  };
}

/** More than a dozen checkpoints of the size that is proposed. */
export const longMessage = encodeMessage(messageWith("long", 8_000));
