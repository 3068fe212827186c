import * as z from "zod";
import { flag } from "./query.ts";
import { protocolLimits } from "./limits.ts";
import { problemCodes } from "./problems.ts";

/**
 * The cluster registry over HTTP. Keys are paths of names separated by `/`; the root is the empty path. Types have the names
 * and numbers of winnt.h.
 */
export const registryTypes = {
  REG_SZ: 1,
  REG_EXPAND_SZ: 2,
  REG_BINARY: 3,
  REG_DWORD: 4,
  REG_MULTI_SZ: 7,
  REG_QWORD: 11,
} as const;
export type RegistryType = keyof typeof registryTypes;

// --- names ----------------------------------------------------------------------------------------------------------

const { registryNameLength, registryDepth, registryKeyLength, registryValueBytes, registryBatch } = protocolLimits;

export const registryKeySchema = z
  .string()
  .max(registryKeyLength, `a key has ${registryKeyLength} characters at most`)
  .regex(
    /^(?:[^/\\\p{Cc}\p{Cs}]+(?:\/[^/\\\p{Cc}\p{Cs}]+)*)?$/u,
    "a key is names separated by /, none of them empty, without backslashes and control characters",
  )
  .refine(
    (key) => key.split("/").every((name) => name.length <= registryNameLength),
    `each name of a key has ${registryNameLength} characters at most`,
  )
  .refine((key) => key.split("/").length <= registryDepth, `a key has ${registryDepth} names at most`);

/** The empty name is the key's default value. */
export const registryValueNameSchema = z
  .string()
  .max(registryNameLength, `the name of a value has ${registryNameLength} characters at most`)
  .regex(/^[^\p{Cc}\p{Cs}]*$/u, "the name of a value has no control characters");

// --- data -----------------------------------------------------------------------------------------------------------

const text = z.string().max(registryValueBytes);
const qwordMost = 2n ** 64n - 1n;

/** A number as long as it is exact in JSON; decimal text goes the whole way, and is how it is answered. */
const qword = z
  .union([z.int().nonnegative(), z.string().regex(/^\d{1,20}$/, "must be a whole number in decimal digits")])
  .transform((value) => BigInt(value).toString())
  .refine((digits) => BigInt(digits) <= qwordMost, "must be below 2 to the 64th");

const typedData = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("REG_SZ"), value: text }),
  z.strictObject({ type: z.literal("REG_EXPAND_SZ"), value: text }),
  z.strictObject({ type: z.literal("REG_BINARY"), value: z.base64() }),
  z.strictObject({ type: z.literal("REG_DWORD"), value: z.int().min(0).max(0xffff_ffff) }),
  // An empty text ends the list where Windows keeps it.
  z.strictObject({ type: z.literal("REG_MULTI_SZ"), value: z.array(text.min(1)).max(registryValueBytes) }),
  z.strictObject({ type: z.literal("REG_QWORD"), value: qword }),
]);

/** What stands in a value. `REG_BINARY` is base64 (RFC 4648 section 4). */
export type RegistryData = z.output<typeof typedData>;
export const registryDataSchema = typedData.refine(
  (data) => bytesOf(data) <= registryValueBytes,
  `a value has ${registryValueBytes} bytes at most`,
);
/** What is taken: a REG_QWORD may be a number. */
export type RegistryDataInput = z.input<typeof registryDataSchema>;

/** The size of a value as Windows counts it: text is UTF-16 with its terminators. */
export function bytesOf(data: RegistryData): number {
  switch (data.type) {
    case "REG_SZ":
    case "REG_EXPAND_SZ":
      return 2 * (data.value.length + 1);
    case "REG_MULTI_SZ":
      return 2 * data.value.reduce((sum, item) => sum + item.length + 1, 1);
    case "REG_BINARY":
      return (data.value.length / 4) * 3 - (/=*$/.exec(data.value)?.[0].length ?? 0);
    case "REG_DWORD":
      return 4;
    case "REG_QWORD":
      return 8;
  }
}

// --- questions ------------------------------------------------------------------------------------------------------

const recursive = flag.describe("With all that is in it");
const keyAsked = registryKeySchema
  .default("")
  .describe("The path of a key, its names separated by `/`; the root if it is not said");
const keyChanged = registryKeySchema.describe("The path of a key, its names separated by `/`; empty is the root");
const valueAsked = registryValueNameSchema
  .default("")
  .describe("The name of a value; the default value of the key if it is not said");

export const registryKeyQuerySchema = z.strictObject({ key: keyAsked });
/** A change names its key, also when that is the root. */
export const registryCreateKeyQuerySchema = z.strictObject({ key: keyChanged });
export const registryDeleteKeyQuerySchema = z.strictObject({ key: keyChanged, recursive });
export const registryValueQuerySchema = z.strictObject({
  key: keyAsked,
  name: valueAsked,
});

export const registryChangeValueQuerySchema = z.strictObject({
  key: keyChanged,
  name: valueAsked,
});

const key = registryKeySchema;
const name = registryValueNameSchema;

/** CLUSREG_CREATE_KEY, DELETE_KEY, SET_VALUE, DELETE_VALUE. */
const registryCommandSchema = z.discriminatedUnion("command", [
  z.strictObject({ command: z.literal("create-key"), key }),
  z.strictObject({ command: z.literal("delete-key"), key, recursive: z.boolean().default(false) }),
  z.strictObject({ command: z.literal("set-value"), key, name, data: registryDataSchema }),
  z.strictObject({ command: z.literal("delete-value"), key, name }),
]);
export type RegistryCommand = z.output<typeof registryCommandSchema>;

/** CLUSREG_CONDITION_EXISTS, NOT_EXISTS, IS_EQUAL, IS_NOT_EQUAL, IS_GREATER_THAN, IS_LESS_THAN, KEY_EXISTS, KEY_NOT_EXISTS. */
const registryConditionSchema = z.discriminatedUnion("condition", [
  z.strictObject({ condition: z.literal("exists"), key, name }),
  z.strictObject({ condition: z.literal("not-exists"), key, name }),
  z.strictObject({ condition: z.literal("equal"), key, name, data: registryDataSchema }),
  z.strictObject({ condition: z.literal("not-equal"), key, name, data: registryDataSchema }),
  z.strictObject({ condition: z.literal("greater"), key, name, data: registryDataSchema }),
  z.strictObject({ condition: z.literal("less"), key, name, data: registryDataSchema }),
  z.strictObject({ condition: z.literal("key-exists"), key }),
  z.strictObject({ condition: z.literal("key-not-exists"), key }),
]);
export type RegistryCondition = z.output<typeof registryConditionSchema>;

export const registryBatchSchema = z.strictObject({
  conditions: z.array(registryConditionSchema).max(registryBatch).default([]),
  commands: z.array(registryCommandSchema).max(registryBatch).default([]),
});
export type RegistryBatch = z.output<typeof registryBatchSchema>;
export type RegistryBatchInput = z.input<typeof registryBatchSchema>;

/** With a name: that value. Without: the key, its subkeys and its values. */
const registryReadSchema = z.strictObject({ key, name: name.exactOptional() });
export type RegistryRead = z.output<typeof registryReadSchema>;

/** What is read is read once, so an answer cannot be larger than the registry is. */
export const registryReadBatchSchema = z.strictObject({
  reads: z
    .array(registryReadSchema)
    .max(registryBatch)
    .refine(
      (reads) =>
        new Set(reads.map((read) => JSON.stringify([read.key, read.name]).toLowerCase())).size === reads.length,
      "the same is asked for twice",
    ),
});

// --- answers --------------------------------------------------------------------------------------------------------

export const registryValueSchema = z.object({
  name: z.string(),
  typeNumber: z.int(),
  data: registryDataSchema,
  bytes: z.int(),
  /** The registry's revision when it was last written; the value's entity tag. */
  revision: z.int(),
});
export type RegistryValue = z.output<typeof registryValueSchema>;

/** A key as ClusterRegQueryInfoKey, ClusterRegEnumKey and ClusterRegEnumValue tell it, at one moment. */
export const registryKeyViewSchema = z.object({
  key: z.string(),
  /** The registry's revision when one of its values or direct subkeys was last changed; 0: never. The key's entity tag. */
  revision: z.int(),
  /** Epoch milliseconds of that, or null. */
  writtenAt: z.number().nullable(),
  subkeyCount: z.int(),
  valueCount: z.int(),
  longestSubkeyName: z.int(),
  longestValueName: z.int(),
  largestValueBytes: z.int(),
  subkeys: z.array(z.object({ name: z.string(), writtenAt: z.number().nullable() })),
  values: z.array(registryValueSchema),
});
export type RegistryKeyView = z.output<typeof registryKeyViewSchema>;

/** CLUSREG_READ_KEY, READ_VALUE and READ_ERROR. */
const registryReplySchema = z.discriminatedUnion("read", [
  z.object({ read: z.literal("key"), ...registryKeyViewSchema.shape }),
  z.object({ read: z.literal("value"), key: z.string(), value: registryValueSchema }),
  z.object({ read: z.literal("error"), code: z.enum(problemCodes) }),
]);
export type RegistryReply = z.output<typeof registryReplySchema>;

export const registryRepliesSchema = z.object({
  /** How often the registry had been changed at this moment. */
  revision: z.int(),
  /** One for each read, in its order. */
  replies: z.array(registryReplySchema),
});
export type RegistryReplies = z.output<typeof registryRepliesSchema>;

export const registryWrittenSchema = z.object({
  /** How many keys and values are different now. 0: all was so already, and nothing was written. */
  changed: z.int(),
  /** How often the registry has been changed. */
  revision: z.int(),
});
export type RegistryWritten = z.output<typeof registryWrittenSchema>;
