/** What the page speaks with: a token, and the cluster to show first, where one was named. */
export type Credentials = { readonly token: string; readonly cluster: string | null };

const storageKey = "bridgehead.token";

/**
 * A link may bring a token behind its `#`. That part of an address never reaches a server, and it is taken out of the
 * address bar and of the history before anything else happens. The cluster's name, which is no secret, stays.
 */
export function takeFragment(): void {
  const fragment = new URLSearchParams(location.hash.slice(1));
  const token = fragment.get("token");
  if (token === null) return;
  if (token.trim() !== "") sessionStorage.setItem(storageKey, token.trim());
  showCluster(fragment.get("cluster"));
}

/** The token lives as long as this tab, and in no other place than the tab's own storage. */
export function kept(): Credentials | null {
  const token = sessionStorage.getItem(storageKey);
  return token === null ? null : { token, cluster: namedCluster() };
}

export function keep({ token, cluster }: Credentials): void {
  sessionStorage.setItem(storageKey, token);
  if (cluster !== null) showCluster(cluster);
}

export function forget(): void {
  sessionStorage.removeItem(storageKey);
}

export function namedCluster(): string | null {
  const name = new URLSearchParams(location.hash.slice(1)).get("cluster");
  return name === null || name === "" ? null : name;
}

/** Puts the cluster's name into the address, so that a bookmark finds it again. Loads nothing, adds no history. */
export function showCluster(cluster: string | null): void {
  const fragment = cluster === null ? "" : `#${new URLSearchParams({ cluster })}`;
  history.replaceState(null, "", `${location.pathname}${fragment}`);
}
