/** Mail for this domain is called for by a group of its own. */
export type Route = {
  /** As DNS has it, in small letters; `.example.org` stands for all below it, and not for itself. */
  readonly domain: string;
  readonly group: string;
};

/** Each is a part of what a mailer evaluates for every message. */
export const maxRoutes = 64;

/**
 * In an order in which the first that covers a domain is the most specific one, however they were given: what covers a domain is
 * the longer, the less else it covers.
 */
export function mostSpecificFirst<Of extends Pick<Route, "domain">>(routes: readonly Of[]): Of[] {
  return routes.toSorted((a, b) => b.domain.length - a.domain.length);
}

/** @param domain as DNS has it, in small letters; where it begins with a dot, all below it */
export function covers(route: Pick<Route, "domain">, domain: string): boolean {
  return route.domain.startsWith(".") ? domain.endsWith(route.domain) : domain === route.domain;
}
