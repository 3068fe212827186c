import { readFile } from "node:fs/promises";
import { isIP } from "node:net";
import { parse, YAMLParseError } from "yaml";
import { z } from "zod";
import { canonicalAddress } from "./canonical-address.ts";
import { messageOf } from "./message-of.ts";

/** X.411 upper bounds: ub-mta-name-length and ub-password-length. */
const maxMtaNameLength = 32;
const maxPasswordLength = 62;
/** ISO 8073 §13.3.4 gives no bound; RFC 1278 and real stacks keep to this one. */
const maxTsapLength = 32;
const maxPartners = 1000;
const maxAddresses = 64;
const maxFileLength = 1024 * 1024;

const ia5 = z.string().regex(/^[\x20-\x7e]+$/, "must be printable ASCII, at least one character");
const address = z
  .string()
  .refine((text) => isIP(text) !== 0, "must be an IPv4 or IPv6 address")
  .transform(canonicalAddress);

export const partnerSchema = z.strictObject({
  /** Host name or address that is called. */
  host: z.string().min(1).max(253),
  /** TCP port that is called; 102 is the port of RFC 1006. */
  port: z.int().min(1).max(65_535).default(102),
  /** How the session is used: `x410`, as MTAs of 1984 do, or `normal`, with presentation, ACSE and RTSE of 1988; over RFC 1006 both. */
  mode: z.enum(["x410", "normal"]),
  /**
   * Both as seen by this MTA when it calls: `callingTsap` is its own TSAP identifier, `calledTsap` the partner's. When
   * the partner calls they swap roles: it calls our `callingTsap`, from its own, which stands here as `calledTsap`.
   */
  callingTsap: ia5.max(maxTsapLength),
  calledTsap: ia5.max(maxTsapLength),
  /** The password that this MTA sends, calling or called. */
  password: ia5.max(maxPasswordLength),
  /** The password that the partner sends, calling or called. */
  partnerPassword: ia5.max(maxPasswordLength),
  /** The addresses from which the partner calls: none other is accepted under its name. */
  addresses: z.array(address).min(1).max(maxAddresses),
  /** Whether this MTA calls the partner; otherwise it only answers. */
  connect: z.boolean().default(true),
  /**
   * An association over which nothing was transferred for so long is released, and called again when a message waits; without it it stays
   * open, as it does where there is no queue.
   */
  idleSeconds: z.int().min(1).max(86_400).exactOptional(),
  /** Another association is opened when more than `threshold` messages wait for each that is open, up to `maxAssociations`. */
  threshold: z.int().min(1).max(10_000).default(50),
  maxAssociations: z.int().min(1).max(8).default(1),
  /** A message that fails again when it has waited for so long is set aside. Five days: what is customary for mail. */
  giveUpHours: z.int().min(1).max(8_760).default(120),
});

const partnersFileSchema = z.strictObject({
  partners: z
    .record(ia5.max(maxMtaNameLength), partnerSchema)
    .refine((partners) => Object.keys(partners).length <= maxPartners, `at most ${maxPartners} partners`),
});

/** A partner, with the name of its MTA: the key of its entry. */
export type Partner = z.infer<typeof partnerSchema> & { readonly mtaName: string };

/** All partners by the name of their MTA. */
export type Partners = ReadonlyMap<string, Partner>;

/** What is wrong with a partners file, and where in it. No value of the file is repeated: it holds passwords. */
export class PartnersFileError extends Error {
  override readonly name = "PartnersFileError";
  readonly code: "unreadable" | "no-yaml" | "invalid" | "unknown-partner";
  /** Paths in the document, such as `partners.peer.test.port`; empty when the document as a whole is at fault. */
  readonly paths: readonly string[];

  constructor(code: PartnersFileError["code"], message: string, paths: readonly string[] = []) {
    super(message);
    this.code = code;
    this.paths = paths;
  }
}

/** Reads the partners file of a node. Throws `PartnersFileError`. */
export async function loadPartners(file: string): Promise<Partners> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    throw new PartnersFileError("unreadable", `${file} cannot be read: ${messageOf(error)}`);
  }
  return parsePartners(text, file);
}

/** Parses the text of a partners file; `file` names it in errors. Throws `PartnersFileError`. */
export function parsePartners(text: string, file = "partners file"): Partners {
  if (text.length > maxFileLength)
    throw new PartnersFileError("invalid", `${file} is over ${maxFileLength} characters`);
  const parsed = partnersFileSchema.safeParse(parseYaml(text, file));
  if (!parsed.success) {
    const issues = parsed.error.issues.map(({ path, message }) => ({ path: path.join(".") || "(document)", message }));
    const lines = issues.map(({ path, message }) => `${path}: ${message}`);
    throw new PartnersFileError(
      "invalid",
      `${file}: ${lines.join("; ")}`,
      issues.map(({ path }) => path),
    );
  }
  return new Map(Object.entries(parsed.data.partners).map(([mtaName, partner]) => [mtaName, { ...partner, mtaName }]));
}

function parseYaml(text: string, file: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    // The parser's message quotes the line, and the line may hold a password: only the place is told.
    const place = error instanceof YAMLParseError ? error.linePos?.[0] : undefined;
    const where = place === undefined ? "" : ` at line ${place.line}, column ${place.col}`;
    throw new PartnersFileError("no-yaml", `${file} is no YAML${where}`);
  }
}
