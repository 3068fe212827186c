import * as z from "zod";
import { limits } from "../cluster/limits.ts";
import { propertyScopes } from "../cluster/properties/property-sets.ts";
import { tokenIdSchema } from "../protocol/tokens.ts";
import { nameSchema } from "../protocol/names.ts";
import { notifyPortIdSchema } from "../protocol/notify.ts";
import { operationIdSchema } from "../protocol/operation.ts";
import { webhookIdSchema } from "../protocol/webhooks.ts";

/** What stands in place of `{name}` in a path: for the guard how it is read, for people what it is. */
export type PathParameter = {
  readonly what: string;
  /** One that the knowledge-base cluster has. */
  readonly example: string;
  readonly schema: z.ZodType<string>;
};

/** `<node> - <network>`: two names, and what stands between them. */
const interfaceNameSchema = z
  .string()
  .max(2 * limits.nameLength + " - ".length)
  .regex(/^[A-Za-z0-9][A-Za-z0-9 ._:-]*$/, "an interface is called NODE - NETWORK")
  .regex(/\D/, "a name is not a number alone");

/** Every parameter of every path. A route that names another one needs a row here. */
export const pathParameters: Readonly<Record<string, PathParameter>> = {
  cluster: { what: "The cluster's name", example: "exchange", schema: nameSchema },
  node: { what: "A node's name", example: "NODE1", schema: nameSchema },
  group: { what: "A group's name", example: "Exchange", schema: nameSchema },
  networkName: { what: "The network name of a virtual server", example: "EXCHVS", schema: nameSchema },
  resource: { what: "A resource's name", example: "Exchange IP", schema: nameSchema },
  on: { what: "The name of another resource of the group", example: "Exchange IP", schema: nameSchema },
  network: { what: "A network's name", example: "client", schema: nameSchema },
  interface: { what: "A network interface's name", example: "NODE1 - client", schema: interfaceNameSchema },
  type: { what: "A resource type's name", example: "IP Address", schema: nameSchema },
  scope: { what: "Which properties", example: "common", schema: z.enum(propertyScopes) },
  code: {
    what: "A control code of clusapi.h, by name, with or without what it begins with, or by number",
    example: "GET_COMMON_PROPERTIES",
    schema: z.string().regex(/^[A-Za-z0-9_]{1,80}$/, "is neither a name nor a number"),
  },
  operation: {
    what: "An operation's id, as the answer to what began it has it",
    example: "0123456789abcdef",
    schema: operationIdSchema,
  },
  webhook: {
    what: "A webhook's id, as the list of webhooks has it",
    example: "0123456789abcdef",
    schema: webhookIdSchema,
  },
  port: {
    what: "A notify port's id, as the answer that made it has it",
    example: "0123456789abcdef0123456789abcdef",
    schema: notifyPortIdSchema,
  },
  token: { what: "A token's id, as the list of tokens has it", example: "0123456789abcdef", schema: tokenIdSchema },
};

/** A parameter without a row is read as a name, so that nothing gets in that is not read at all. */
export function pathParameter(name: string): PathParameter {
  const known = Object.hasOwn(pathParameters, name) ? pathParameters[name] : undefined;
  return known ?? { what: "", example: "NAME", schema: nameSchema };
}

/** `{name}` and `{other}` of a path, in their order. */
export function parametersOf(path: string): string[] {
  return Array.from(path.matchAll(/\{(\w+)\}/g), ([, name = ""]) => name);
}

/** An order of paths in which a label that is written out comes before a parameter at its place. */
export function literalsFirst(a: string, b: string): number {
  // No label holds a tilde, and it comes after all that one may hold.
  const key = (path: string): string => path.replaceAll(/\{\w+\}/g, "~");
  return key(a) < key(b) ? -1 : 1;
}
