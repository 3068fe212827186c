import type { AbortReason, MtaBind, OpenUnit, RefuseReason } from "./rts.ts";

/** A unit that opens an association, and names its MTA. */
export type Opening = OpenUnit & { readonly bind: MtaBind };

/**
 * How two MTAs use a session: X.410-1984 mode, where the units of the reliable transfer server are its user data, or normal mode, where there
 * are presentation, ACSE and RTSE between. The SPDUs and their order are the same.
 */
export type Mode = {
  readonly name: ModeName;
  /** Protocol version of the session that it needs, as a bit. */
  readonly sessionVersion: number;
  readonly encodeConnect: (opening: Opening) => Uint8Array;
  readonly encodeAccept: (opening: Opening) => Uint8Array;
  readonly encodeRefuse: (reason: RefuseReason) => Uint8Array;
  readonly encodeAbort: (reason: AbortReason) => Uint8Array;
  /** User data of a FINISH, and of a DISCONNECT. */
  readonly finish: Uint8Array;
  readonly disconnect: Uint8Array;
  /** A message as it is cut into pieces. */
  readonly wrap: (message: Uint8Array) => Uint8Array;
  /** A piece of it, as user data of DATA. */
  readonly encodePiece: (octets: Uint8Array) => Uint8Array;
  // What reads these throws `ProtocolFault`.
  readonly decodeAccept: (userData: Uint8Array) => OpenUnit;
  readonly decodeRefuse: (userData: Uint8Array) => RefuseReason | null;
  readonly decodeAbort: (userData: Uint8Array) => AbortReason | null;
  readonly decodePiece: (userData: Uint8Array) => Uint8Array;
  readonly unwrap: (octets: Uint8Array) => Uint8Array;
};

export type ModeName = "x410" | "normal";
