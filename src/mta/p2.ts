import * as asn1js from "asn1js";
import { constructed, integer, type Element, toOctets } from "./ber.ts";
import { encodeOrName, type OrName } from "./or-name.ts";
import { t61Octets } from "./t61.ts";

/** A message between people whose body is one text (X.420-1984, P2): content type 2. */
export type TextMessage = {
  readonly originator: OrName;
  readonly recipients: readonly OrName[];
  /** Unique among the originator's, at most 64 characters. */
  readonly identifier: string;
  /** In letters that T.61 has. */
  readonly subject: string | null;
  /** Printable ASCII, in lines. */
  readonly body: string;
};

const headingTags = { originator: 0, primaryRecipients: 2, subject: 8 } as const;
const thisMessage = 11;
const ia5 = 5;

/** `IM-UAPDU ::= [0] SEQUENCE { Heading, Body }`. Throws `T61Error` for a subject that cannot be written. */
export function encodeTextMessage({ originator, recipients, identifier, subject, body }: TextMessage): Uint8Array {
  const heading = new asn1js.Set({
    value: [
      constructed(
        thisMessage,
        [encodeOrName(originator), new asn1js.PrintableString({ value: identifier })],
        "application",
      ),
      constructed(headingTags.originator, [encodeOrName(originator)]),
      constructed(headingTags.primaryRecipients, recipients.map(encodeRecipient)),
      ...(subject === null ? [] : [constructed(headingTags.subject, [encodeSubject(subject)])]),
    ],
  });
  const parameters = new asn1js.Set({ value: [integer(0, ia5)] });
  const part = constructed(0, [parameters, new asn1js.IA5String({ value: body.replaceAll(/\r?\n/g, "\r\n") })]);
  return toOctets(constructed(0, [heading, new asn1js.Sequence({ value: [part] })]));
}

/** What is given as `value` is taken for octets, a character each. */
function encodeSubject(subject: string): Element {
  return new asn1js.TeletexString({ value: Buffer.from(t61Octets(subject)).toString("latin1") });
}

/** `Recipient ::= SET { [0] ORDescriptor, … }`. */
function encodeRecipient(name: OrName): Element {
  return new asn1js.Set({ value: [constructed(0, [encodeOrName(name)])] });
}
