import type { Generation } from "../lease/generation.ts";
import type {
  AssignedResource,
  Assignment,
  HoldRef,
  PeerPlace,
  ReportedAssociation,
  ReportedNotice,
  ReportedResource,
  ResourceState,
  Silence,
} from "../messages.ts";

/** How long a message is on its way, and how long a resource takes to come or to go. Nobody knows; the order counts. */
export const latencyMs = 1;
export const callMs = 10;

/** A model of an agent that is well: what it knows by what it was told, and what is on its host. */
export type ModelAgent = {
  readonly node: string;
  readonly incarnation: string;
  readonly peer: PeerPlace | null;
  /** `connectAt`: when it connects (again); null: not by itself. */
  line: { kind: "open"; readonly socket: string } | { kind: "closed"; connectAt: number | null };
  connection: number;
  renewals: number;
  lastAnswer: number;
  lastAnswerAt: number | null;
  renewAt: number;
  generation: Generation | null;
  /** When it received its first answer of this generation. */
  generationSince: number | null;
  assignment: Assignment | null;
  /** Deadlines by hold. */
  readonly fuses: Map<string, number>;
  /** The latest deadline that it ever had, and the ttl that it came of (`Renewal.ttlHeldMs`). */
  latest: { readonly deadline: number; readonly ttlMs: number };
  readonly holds: Map<string, LocalHold>;
  readonly released: Map<string, HoldRef>;
  counts: readonly Count[];
  readonly associations: readonly ReportedAssociation[];
  readonly notices: readonly ReportedNotice[];
  /** The report that the object has, as text. */
  reported: string | null;
};

export type Count = {
  readonly silence: Silence;
  readonly since: number;
  readonly answer: number;
  readonly claimed: boolean;
};

/** What is on the host of a model agent of one ownership. */
export type LocalHold = HoldRef & { readonly resources: Map<string, LocalResource> };

export type Problem = NonNullable<ReportedResource["problem"]>;

export type LocalResource = {
  readonly spec: AssignedResource;
  readonly state: ResourceState;
  /** When what is pending is done, or since when it is failed. */
  readonly at: number;
  readonly problem: Problem | null;
};
