import type * as z from "zod";
import { type Accepted, acceptedSchema } from "../../protocol/changes.ts";
import { type GroupRequest, type moveRequestSchema } from "../../protocol/requests.ts";
import {
  type GroupSet,
  groupSetSchema,
  type GroupStateAnswer,
  groupStateSchema,
  type Owners,
  ownersAnswerSchema,
} from "../../protocol/objects.ts";
import type { ChangeOptions, RemovalOptions } from "../change-options.ts";
import type { Result } from "../result.ts";
import type { Transport } from "../transport.ts";

/** What fails over as one. */
export function groupMethods({ at, get, change }: Transport) {
  return {
    listGroups: (cluster: string): Promise<Result<GroupSet>> => get(at(cluster, "groups"), groupSetSchema),
    getGroup: (cluster: string, group: string): Promise<Result<GroupStateAnswer>> =>
      get(at(cluster, "groups", group), groupStateSchema),
    createGroup: (cluster: string, group: GroupRequest, options: ChangeOptions = {}): Promise<Result<Accepted>> =>
      change("POST", at(cluster, "groups"), group, acceptedSchema, options),
    /** @param options `recursive`: with its resources; `force`: though it is not offline */
    deleteGroup: (
      cluster: string,
      group: string,
      { recursive = false, ...options }: RemovalOptions & { readonly recursive?: boolean } = {},
    ): Promise<Result<Accepted>> =>
      change("DELETE", at(cluster, "groups", group), undefined, acceptedSchema, options, { recursive }),
    /** `target` null: the best node, chosen by the cluster. `at`: ISO 8601 or epoch milliseconds; null: now. */
    moveGroup: (
      cluster: string,
      group: string,
      move: z.input<typeof moveRequestSchema> = {},
      options: ChangeOptions = {},
    ): Promise<Result<Accepted>> => change("POST", at(cluster, "groups", group, "move"), move, acceptedSchema, options),
    /** `cancel` calls off a move that waits, or one that is under way and can still stay. */
    commandGroup: (
      cluster: string,
      group: string,
      verb: "online" | "offline" | "cancel",
      options: ChangeOptions = {},
    ): Promise<Result<Accepted>> =>
      change("POST", at(cluster, "groups", group, verb), undefined, acceptedSchema, options),
    getPreferredOwners: (cluster: string, group: string): Promise<Result<Owners>> =>
      get(at(cluster, "groups", group, "preferred-owners"), ownersAnswerSchema),
    setPreferredOwners: (
      cluster: string,
      group: string,
      owners: readonly string[],
      options: ChangeOptions = {},
    ): Promise<Result<Accepted>> =>
      change("PUT", at(cluster, "groups", group, "preferred-owners"), { owners }, acceptedSchema, options),
    /** The groups that have to be online before this one starts. */
    setGroupDependencies: (
      cluster: string,
      group: string,
      dependsOn: readonly string[],
      options: ChangeOptions = {},
    ): Promise<Result<Accepted>> =>
      change("PUT", at(cluster, "groups", group, "dependencies"), { dependsOn }, acceptedSchema, options),
  };
}
