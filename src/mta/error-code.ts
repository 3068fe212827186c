/** The `code` of an error of Node (`ENOENT`, `EADDRINUSE`), or of one of ours; null when it has none. */
export function codeOf(error: unknown): string | null {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : null;
}

export function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  const code = codeOf(error);
  return code !== null && codes.includes(code);
}

/** A file or folder is not there. */
export function isMissing(error: unknown): boolean {
  return hasCode(error, "ENOENT");
}
