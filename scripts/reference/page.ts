/** A page of docs/ that is made from the code. */
export type MadePage = {
  /** From the folder of the project. */
  readonly path: string;
  readonly text: string;
  /** What the code does not say and the page needs, a sentence each. A page with faults is not written. */
  readonly faults: readonly string[];
};

/** The second line of each: nobody mends by hand what is written over. */
export function madeFrom(what: string): string {
  return `Made by \`npm run docs\` from ${what}; \`npm run check\` fails when it is out of date.`;
}
