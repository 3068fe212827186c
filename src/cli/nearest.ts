/** How many letters may differ in a name that is taken for a slip of the hand. */
const mostSlips = 3;

/** The name that was most likely meant, whatever its capitals; null where none is near. */
export function nearestTo(word: string, names: readonly string[]): string | null {
  const near = names
    .map((name) => ({ name, slips: slipsBetween(word.toLowerCase(), name.toLowerCase()) }))
    // A short word that differs in half of its letters is another word.
    .filter(({ name, slips }) => slips <= mostSlips && slips * 2 < name.length)
    .toSorted((one, other) => one.slips - other.slips);
  return near[0]?.name ?? null;
}

/** Levenshtein's distance, row by row: letters that are put in, left out or changed. */
function slipsBetween(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, column) => column);
  for (const [index, letter] of [...one].entries()) {
    const above = row;
    row = [index + 1];
    for (let column = 1; column <= other.length; column += 1) {
      const changed = (above[column - 1] ?? 0) + (other[column - 1] === letter ? 0 : 1);
      row.push(Math.min(changed, (above[column] ?? 0) + 1, (row[column - 1] ?? 0) + 1));
    }
  }
  return row.at(-1) ?? 0;
}
