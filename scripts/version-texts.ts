/** `src/protocol/version.ts` with another version of the package. */
export function versionSource(before: string, version: string): string {
  const line = /^export const version = "[^"]*";$/m;
  if (!line.test(before)) throw new Error('src/protocol/version.ts has no line: export const version = "…";');
  return before.replace(line, `export const version = "${version}";`);
}

/**
 * CHANGELOG.md when what was not released yet is: it stands under its version, and above it there is room for what comes next.
 * @param date of the release, YYYY-MM-DD
 */
export function releasedChangelog(before: string, version: string, date: string): string {
  const heading = "## [Unreleased]\n";
  const [head, rest, ...more] = before.split(heading);
  if (head === undefined || rest === undefined || more.length > 0) {
    throw new Error("CHANGELOG.md has not one heading: ## [Unreleased]");
  }
  const [unreleased = ""] = rest.split(/^## /m);
  if (unreleased.trim() === "") throw new Error("CHANGELOG.md says of no change under its heading Unreleased");
  return `${head}${heading}\n## [${version}] - ${date}\n${rest}`;
}
