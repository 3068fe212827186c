import type * as z from "zod";

/** The parts of OpenAPI 3.1 that the document has. Whoever reads it, as the reference page does, reads it by these types. */

export type JsonSchema = z.core.JSONSchema.BaseSchema;
export type Reference = { readonly $ref: string };

export type Parameter = {
  readonly name: string;
  readonly in: "path" | "query" | "header";
  readonly required: boolean;
  readonly description: string;
  readonly schema: JsonSchema;
  readonly example?: unknown;
};

export type Content = Readonly<Record<string, { readonly schema: JsonSchema; readonly example?: unknown }>>;
export type RequestBody = { readonly required: boolean; readonly content: Content };
export type ResponseObject = { readonly description: string; readonly content?: Content };

export type Operation = {
  readonly operationId: string;
  readonly tags: readonly [string];
  readonly summary: string;
  readonly parameters: readonly Parameter[];
  readonly requestBody?: RequestBody;
  readonly responses: Readonly<Record<string, ResponseObject | Reference>>;
  readonly security: readonly Readonly<Record<string, readonly string[]>>[];
  /** Whose token it takes; empty when it takes none. */
  readonly "x-roles": readonly string[];
  /** The functions of clusapi.h that it does. */
  readonly "x-clusapi"?: readonly string[];
};

export type Components = {
  readonly securitySchemes: Readonly<Record<string, unknown>>;
  readonly schemas: Readonly<Record<string, JsonSchema>>;
  readonly responses: Readonly<Record<string, ResponseObject>>;
};

export type OpenApiDocument = {
  readonly openapi: "3.1.0";
  readonly info: Readonly<Record<string, unknown>> & { readonly title: string; readonly version: string };
  readonly servers: readonly { readonly url: string; readonly description: string }[];
  readonly security: Operation["security"];
  readonly tags: readonly { readonly name: string; readonly description: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: Components;
};
