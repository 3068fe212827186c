import { usageError } from "../errors.ts";
import { type Endpoint, isLoopback } from "./endpoint.ts";

/** What `serve` is told, and `serve install` writes into a unit. */
export type ServeOptions = {
  readonly listen: Endpoint;
  readonly data: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly insecure?: true;
  readonly webhookNetwork: readonly string[];
};

/** Plain HTTP beyond this machine has to be meant (CL9). Throws `CliError`. */
export function assertHidden({ host }: Endpoint, tls: object | null, isInsecureMeant: boolean): void {
  if (tls !== null || isLoopback(host) || isInsecureMeant) return;
  throw usageError(
    `${host} can be reached from other machines, and plain HTTP would show them every token. ` +
      "Give --tls-cert and --tls-key, or say --insecure.",
  );
}
