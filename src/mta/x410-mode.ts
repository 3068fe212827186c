import type { Mode } from "./mode.ts";
import {
  decodeAbortInformation,
  decodePAccept,
  decodePRefuse,
  encodeAbortInformation,
  encodePAccept,
  encodePConnect,
  encodePRefuse,
} from "./rts.ts";
import { sessionVersion1 } from "./session.ts";

const nothing = new Uint8Array();
const asItIs = (octets: Uint8Array): Uint8Array => octets;

/** X.410-1984 mode: user data of the session are P-units, and the octets of messages. */
export const x410Mode: Mode = {
  name: "x410",
  sessionVersion: sessionVersion1,
  encodeConnect: encodePConnect,
  encodeAccept: encodePAccept,
  encodeRefuse: encodePRefuse,
  encodeAbort: encodeAbortInformation,
  finish: nothing,
  disconnect: nothing,
  wrap: asItIs,
  encodePiece: asItIs,
  decodeAccept: decodePAccept,
  decodeRefuse: (userData) => (userData.length === 0 ? null : decodePRefuse(userData)),
  decodeAbort: decodeAbortInformation,
  decodePiece: asItIs,
  unwrap: asItIs,
};
