/** What every change may say of itself. */
export type ChangeOptions = {
  /** Only if the definition is still of this revision (`If-Match`). */
  readonly revision?: number;
  /** Sent again under the same key, the request is answered and not carried out again. */
  readonly idempotencyKey?: string;
  /** Say what would come of it, and change nothing. */
  readonly dryRun?: boolean;
};

/** Also what is not offline may go. */
export type RemovalOptions = ChangeOptions & { readonly force?: boolean };

/** Where and under which headers a change is asked for. @param flags what else stands in its query */
export function asRequested(
  path: string,
  { revision, idempotencyKey, dryRun, force }: RemovalOptions,
  flags: Readonly<Record<string, boolean>>,
): { readonly path: string; readonly headers: Readonly<Record<string, string>> } {
  const asked = Object.entries({ dryRun, force, ...flags }).filter(([, value]) => value === true);
  const query = asked.map(([name]) => `${name}=true`).join("&");
  return {
    path: query === "" ? path : `${path}?${query}`,
    headers: {
      ...(revision === undefined ? {} : { "If-Match": `"${revision}"` }),
      ...(idempotencyKey === undefined ? {} : { "Idempotency-Key": idempotencyKey }),
    },
  };
}
