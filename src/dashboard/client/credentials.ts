const storageKey = "bridgehead.token";

/**
 * A link may bring a token behind its `#`. That part of an address never reaches a server, and it is taken out of the
 * address bar and of the history before anything else happens. What else stands there, which is no secret, stays.
 */
export function takeToken(): void {
  const fragment = new URLSearchParams(location.hash.slice(1));
  const token = fragment.get("token");
  if (token === null) return;
  if (isSendable(token.trim())) keepToken(token.trim());
  fragment.delete("token");
  const rest = fragment.size === 0 ? "" : `#${fragment}`;
  history.replaceState(null, "", `${location.pathname}${rest}`);
}

/** The token lives as long as this tab, and in no other place than the tab's own storage. */
export function keptToken(): string | null {
  return sessionStorage.getItem(storageKey);
}

export function keepToken(token: string): void {
  sessionStorage.setItem(storageKey, token);
}

export function forgetToken(): void {
  sessionStorage.removeItem(storageKey);
}

/** Whether a header can carry it: typographic quotes, which come along from a mail or a chat, cannot be sent at all. */
export function isSendable(token: string): boolean {
  return /^[\x20-\x7e\x80-\xff]+$/.test(token);
}
