import type { OutagePolicy } from "../../src/cluster/definition/definition.ts";

/**
 * What was seen of a cluster under faults. All times are milliseconds of CLOCK_MONOTONIC, which all hosts of the network share, as
 * they are namespaces of one machine; what others tell by the wall clock has been brought to it (`clock.ts`).
 */
export type History = {
  readonly seed: number;
  readonly policy: OutagePolicy;
  /** By name: the hardware address by which a host is known in frames. */
  readonly nodes: Readonly<Record<string, string>>;
  readonly addresses: readonly string[];
  readonly startedAt: number;
  readonly faults: readonly PlayedFault[];
  /** Everything is mended from here on. */
  readonly faultsEndedAt: number;
  /** Both nodes were up, the group online, and an association opened; null: not within the patience of the run. */
  readonly onlineAgainAt: number | null;
  /** By time. */
  readonly frames: readonly Frame[];
  /** How many frames the capture itself says that it has missed. */
  readonly framesMissed: number;
  readonly attempts: readonly Attempt[];
  /** Calls that the partner took or refused. */
  readonly calls: readonly Call[];
  readonly kernel: readonly KernelEvent[];
  readonly journal: Journal;
  /** The longest step of the wall clock against the monotonic one: what is told by the wall clock may be wrong by so much. */
  readonly clockStepMs: number;
};

export type PlayedFault = {
  readonly at: number;
  readonly endedAt: number;
  readonly kind: string;
  readonly node: string | null;
};

/** A frame from one of the addresses, as the switch got it from its sender: IP, ARP or neighbour discovery. */
export type Frame = {
  readonly at: number;
  readonly mac: string;
  readonly address: string;
  /** Of TCP; else null. `isAck`: it is no call, but the third of its handshake or a later one. */
  readonly tcp: { readonly port: number; readonly isAck: boolean } | null;
};

/** A client that wanted to call: what its agent answered, and what came of it. */
export type Attempt = {
  readonly node: string;
  readonly askedAt: number;
  readonly answeredAt: number;
  readonly answer: Answer;
  readonly outcome: Outcome;
};
/** `until`: the question's time and what the answer says is left. */
export type Answer =
  | { readonly kind: "BIND"; readonly epoch: number; readonly address: string; readonly until: number }
  | { readonly kind: "DEFER" | "DENY"; readonly reason: string };
export type Outcome =
  | { readonly kind: "none" }
  /** `isWelcome`: the partner greeted it. */
  | {
      readonly kind: "opened";
      readonly at: number;
      readonly from: string;
      readonly port: number;
      readonly isWelcome: boolean;
    }
  | { readonly kind: "failed"; readonly at: number; readonly code: string };

export type Call = { readonly at: number; readonly from: string; readonly port: number };

/** What a host's kernel said of an address; read by a process, and so late by an unknown time. It serves the story and no verdict. */
export type KernelEvent = {
  readonly at: number;
  readonly host: string;
  readonly address: string;
  readonly what: "added" | "removed" | "filter opened" | "filter closed";
};

export type Journal = {
  /** What was read while it grew. */
  readonly polled: readonly Entry[];
  /** Readings that ended with a lower number than the one that they had begun behind. */
  readonly rolledBack: readonly { readonly at: number; readonly after: number; readonly last: number }[];
  /** All of it, at the end. */
  readonly exported: readonly Entry[];
};

/** `at`: the clock of the control plane, which is this machine's too, brought to the monotonic one. `text`: all of it, to compare. */
export type Entry = {
  readonly seq: number;
  readonly at: number;
  readonly kind: string;
  readonly node: string | null;
  readonly group: string | null;
  readonly epoch: number | null;
  readonly text: string;
};
