/** What a route is still to be made for. Empty is good. */
export const pending: readonly string[] = [];
