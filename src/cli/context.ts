import type { Command } from "commander";
import { createAsk, type Ask } from "./api.ts";
import { CliError, exitCodes, usageError } from "./errors.ts";
import type { OutputFormat } from "./output.ts";
import { assertToken, readSecret } from "./secret-file.ts";

export const defaultUrl = "http://127.0.0.1:8787";
/** Where `start` and `serve` keep the admin token, as seen from the folder that they were started in. */
export const defaultTokenFile = ".bridgehead/admin.token";

/** Options that every noun takes. */
export type GlobalOptions = {
  readonly output: OutputFormat;
  readonly url?: string;
  readonly cluster?: string;
  readonly tokenFile?: string;
};

/** What a verb that asks the control plane works with. */
export type Context = {
  readonly output: OutputFormat;
  readonly ask: Ask;
  readonly url: string;
  readonly token: string;
  /** The cluster that was named, or the only one there is. Rejects with `CliError`. */
  readonly cluster: () => Promise<string>;
};

export function contextOf(command: Command): Context {
  return contextFrom(command.optsWithGlobals<GlobalOptions>());
}

/** @param timeoutMs how long an answer may take, where that is not the client's default */
export function contextFrom(options: GlobalOptions, timeoutMs?: number): Context {
  const url = urlOf(options.url ?? process.env["BRIDGEHEAD_URL"] ?? defaultUrl);
  const token = tokenOf(options.tokenFile);
  const ask = createAsk(url, token, timeoutMs);
  const named = clusterNamed(options);
  return { output: options.output, ask, url, token, cluster: async () => named ?? onlyCluster(ask, token) };
}

/** The cluster that a command line or its environment names; an empty name names none. */
export function clusterNamed({ cluster }: Pick<GlobalOptions, "cluster">): string | undefined {
  return cluster || process.env["BRIDGEHEAD_CLUSTER"] || undefined;
}

/** The origin of an HTTP address. Throws `CliError`, also for one with more in it, which would not count. */
export function urlOf(text: string): string {
  const hint = `It should be such as ${defaultUrl}`;
  const url = URL.canParse(text) && /^https?:\/\//.test(text) ? new URL(text) : null;
  if (url === null) throw usageError(`${text} is no address of a control plane`, { hint });
  if (/^\/*$/.test(url.pathname) && url.href.endsWith(url.pathname) && url.username === "" && url.password === "") {
    return url.origin;
  }
  // Not shown: what stands before the host may be a secret.
  const detail = `a control plane is at ${url.origin}, with no path, query or user`;
  throw usageError("The address of the control plane has too much in it", { detail, hint });
}

function tokenOf(file: string | undefined): string {
  const token = tokenGiven(file, defaultTokenFile);
  if (token !== null) return token;
  throw usageError("A token is needed", {
    detail: `${defaultTokenFile} is not in this folder`,
    hint: tokenHint,
  });
}

const tokenHint = "Give one with BRIDGEHEAD_TOKEN, or its file with BRIDGEHEAD_TOKEN_FILE or --token-file.";

/**
 * The token that a command line or its environment gives, or the one in `otherwise`; null without either. Throws `CliError` for a
 * file that was named and is not there.
 */
export function tokenGiven(file: string | undefined, otherwise: string | null): string | null {
  const named = file ?? process.env["BRIDGEHEAD_TOKEN_FILE"];
  const given = file === undefined ? process.env["BRIDGEHEAD_TOKEN"] : undefined;
  const place = named ?? otherwise;
  const token = given ?? (place === null ? null : readSecret(place));
  if (token !== null && token !== "") {
    assertToken(token, given === undefined ? (place ?? "the file") : "BRIDGEHEAD_TOKEN");
    return token;
  }
  if (named === undefined || given !== undefined) return null;
  throw usageError("A token is needed", { detail: `${named} is not there`, hint: tokenHint });
}

export const nameIt = "Give --cluster NAME, or set BRIDGEHEAD_CLUSTER.";

/** As the control plane makes them; the admin token is whatever its operator chose. */
const tokenOfCluster = /^bh_[0-9a-f]{16}_[0-9a-f]{16}_[0-9a-f]{64}$/;

/**
 * The control plane takes every token but the admin's for none where no cluster is named: whether one of a cluster is valid is not
 * known without.
 */
export function mayBeOfCluster(error: unknown, token: string): boolean {
  const refused = error instanceof CliError && (error.code === "unauthorized" || error.code === "forbidden");
  return refused && tokenOfCluster.test(token);
}

async function onlyCluster(ask: Ask, token: string): Promise<string> {
  const { clusters } = await ask((client) => client.listClusters()).catch((error: unknown) => {
    if (!mayBeOfCluster(error, token)) throw error;
    throw usageError("Which cluster?", { detail: "only the admin token may list them", hint: nameIt });
  });
  const names = clusters.map(({ name }) => name);
  const [only, another] = names;
  if (only === undefined) {
    throw new CliError("no-cluster", "There is no cluster yet", exitCodes.failed, {
      hint: "Make one with: bridgehead cluster apply -f FILE",
    });
  }
  if (another === undefined) return only;
  throw usageError("Which cluster?", { detail: `there are ${names.join(", ")}`, hint: nameIt });
}
