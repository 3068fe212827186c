/**
 * The cluster API for programs, as the package is imported: `import { createClient } from "bridgehead/client"`. What is asked
 * and answered is what `/docs` of a control plane tells.
 */
export { type Client, createClient } from "./http-client.ts";
export type { ClientOptions } from "./transport.ts";
export type { ChangeOptions, RemovalOptions } from "./change-options.ts";
export type { Result, UnreachableReason } from "./result.ts";
export type { EnumeratedOf } from "./methods/object-enums.ts";
export type { Expected } from "./methods/registry.ts";

export type { GroupExplanation } from "../cluster/explain/explain.ts";
export type { JournalEntry, JournalKind } from "../cluster/journal.ts";
export type { Operation } from "../cluster/commands/operation.ts";
export type { Described, PropertyScope, PropertyView } from "../cluster/properties/property-sets.ts";
export type { Simulation } from "../cluster/simulate/simulate.ts";
export type { Verdict } from "../cluster/questions/verdict.ts";
export type { ClusterView, GroupView, NodeView, ResourceView } from "../cluster/questions/view.ts";
export type { DefinitionDocument } from "../protocol/definition.ts";
export type { Accepted, Defined } from "../protocol/changes.ts";
export type { WatchMessage } from "../protocol/journal.ts";
export type { ProblemCode, ProblemDetails } from "../protocol/problems.ts";
