import type { Operation } from "../../cluster/commands/operation.ts";
import { type OperationList, operationListSchema, operationSchema } from "../../protocol/operation.ts";
import type { Result } from "../result.ts";
import type { Transport } from "../transport.ts";

/** What was asked for and takes time. */
export function operationMethods({ at, get }: Transport) {
  return {
    listOperations: (cluster: string): Promise<Result<OperationList>> =>
      get(at(cluster, "operations"), operationListSchema),
    /** @param waitMs how long the answer may wait for the operation to come to its end */
    getOperation: (cluster: string, id: string, waitMs = 0): Promise<Result<Operation>> =>
      get(`${at(cluster, "operations", id)}?waitMs=${waitMs}`, operationSchema, { waitMs }),
  };
}
