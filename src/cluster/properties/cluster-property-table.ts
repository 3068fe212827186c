import { dwordMax, type PropertyRules } from "./properties.ts";
import { byControlPlane, byLease, dword, kept, noColdStart, readOnly, text } from "./property-kinds.ts";

const byDeadlock = "DeadlockTimeout of each resource says when a call hangs";
const noMembership = "nodes talk to the control plane, and not to each other";
const oneJournal = "there is one journal for all nodes, and it is bounded by a number of entries";

/** Common properties of a cluster. Durations are seconds, unless it is said otherwise. */
export const clusterProperties: PropertyRules = {
  Description: text(""),
  /** 1: a group stays offline rather than share a node with a group of the same AntiAffinityClassNames. */
  ClusterEnforcedAntiAffinity: dword(0, 1, 0),
  /** So many losses of a node's lease within an hour put it into quarantine, if QuarantineDuration is not 0. */
  QuarantineThreshold: dword(1, dwordMax, 3),
  /** Seconds; 0, the default: there is no quarantine. */
  QuarantineDuration: dword(0, dwordMax, 0),
  SameSubnetDelay: kept(dword(250, 2_000, 1_000), byLease),
  SameSubnetThreshold: kept(dword(3, 120, 10), byLease),
  CrossSubnetDelay: kept(dword(250, 4_000, 1_000), byLease),
  CrossSubnetThreshold: kept(dword(3, 120, 20), byLease),
  QuorumArbitrationTimeMax: kept(dword(1, 3_600, 20), byLease),
  QuorumArbitrationTimeMin: kept(dword(1, 3_600, 7), byLease),
  ResiliencyLevel: kept(dword(1, 2, 1), byLease),
  ResiliencyDefaultPeriod: kept(dword(0, dwordMax, 240), byLease),
  /** Minutes after which what was asked for and has not come to an end has failed. */
  RequestReplyTimeout: dword(5, 1_440, 60),
  ClusSvcHangTimeout: kept(dword(6, dwordMax, 60), byLease),
  ClusSvcHeartbeatTimeout: kept(dword(6, dwordMax, 60), byLease),
  HangRecoveryAction: kept(dword(0, 6, 3), byLease),
  ClusSvcRegroupStageTimeout: kept(dword(2, 30, 5), noMembership),
  ClusSvcRegroupOpeningTimeout: kept(dword(1, 20, 5), noMembership),
  ClusSvcRegroupPruningTimeout: kept(dword(1, 30, 5), noMembership),
  ClusSvcRegroupTickInMilliseconds: kept(dword(50, 1_000, 300), noMembership),
  MessageBufferLength: kept(dword(1, 1_000, 50), noMembership),
  RouteHistoryLength: kept(dword(0, 40, 10), noMembership),
  ClusterGroupWaitDelay: kept(dword(0, 3_600, 120), noColdStart),
  IgnorePersistentStateOnStartup: kept(dword(0, 1, 0), noColdStart),
  GroupDependencyTimeout: kept(
    dword(0, dwordMax, 600),
    "a group waits for those that it depends on until they are online",
  ),
  ShutdownTimeoutInMinutes: kept(
    dword(0, 1_440, 20),
    "an agent that is stopped ends when all is offline, or with its lease",
  ),
  AddEvictDelay: kept(dword(0, 600, 60), "a node is evicted when what it owns has ended, and may come back then"),
  ResourceDllDeadlockTimeout: kept(dword(180, dwordMax, 240), byDeadlock),
  ResourceDllDeadlockPeriod: kept(dword(180, dwordMax, 1_800), byDeadlock),
  ResourceDllDeadlockThreshold: kept(dword(0, dwordMax, 3), byDeadlock),
  DynamicQuorum: kept(dword(0, 1, 1), byControlPlane),
  PreventQuorum: kept(dword(0, 1, 0), byControlPlane),
  FixQuorum: kept(dword(0, 1, 0), byControlPlane),
  WitnessDatabaseWriteTimeout: kept(dword(1, 86_400, 300), byControlPlane),
  WitnessRestartInterval: kept(dword(5, 1_440, 15), byControlPlane),
  ClusterLogLevel: kept(dword(0, 5, 3), oneJournal),
  ClusterLogSize: kept(dword(8, 1_024, 300), oneJournal),
  EnableEventLogReplication: kept(dword(0, 1, 1), oneJournal),
  DisableGroupPreferredOwnerRandomization: kept(dword(0, 1, 0), "the next owner is never chosen at random"),
  WitnessDynamicWeight: readOnly(dword(0, 1, 0)),
  DrainOnShutdown: readOnly(dword(0, 1, 1)),
};
