import type { Surroundings } from "./measure.ts";
import type { Plot, Ratio, Skipped, Table, Unit } from "./measured.ts";

/** One of those that are measured side by side, under the same conditions and in the same rounds. */
export type Contestant<Condition, Column extends string> = {
  readonly name: string;
  readonly enter: (surroundings: Surroundings) => Promise<Entry<Condition, Column>>;
};

/** `absent`: it is not on this machine. A contestant that is there and fails is an error, and no result. */
export type Entry<Condition, Column extends string> =
  | { readonly kind: "here"; readonly play: (condition: Condition) => Promise<Score<Column>> }
  | { readonly kind: "absent"; readonly why: string };

export type Score<Column extends string> = Readonly<Record<Column, number>>;

/** A condition, with what its row is called and where it stands on a plot's axis. */
export type Named<Condition> = { readonly name: string; readonly x: number; readonly condition: Condition };

export type Contest<Condition, Column extends string> = {
  readonly contestants: readonly Contestant<Condition, Column>[];
  readonly conditions: readonly Named<Condition>[];
};

export type Outcome<Condition, Column extends string> = {
  readonly conditions: readonly Named<Condition>[];
  /** Those that have played, in the order of the contest. */
  readonly contestants: readonly string[];
  readonly skipped: readonly Skipped[];
  /** Of one contestant under one condition, a score a round; empty for who has not played. */
  readonly scoresOf: (contestant: string, condition: string) => readonly Score<Column>[];
};

/**
 * Lets all play in rounds. In each round each condition is played by all of them, one right after the other, so that what the machine
 * does besides befalls all alike; and each round begins with another one, so that nobody always comes after the same.
 */
export async function play<Condition, Column extends string>(
  { contestants, conditions }: Contest<Condition, Column>,
  surroundings: Surroundings,
): Promise<Outcome<Condition, Column>> {
  const { rounds, say } = surroundings;
  const players: { readonly name: string; readonly play: (condition: Condition) => Promise<Score<Column>> }[] = [];
  const skipped: Skipped[] = [];
  for (const { name, enter } of contestants) {
    const entry = await enter(surroundings);
    if (entry.kind === "here") players.push({ name, play: entry.play });
    else skipped.push({ name, why: entry.why });
  }
  // Nobody's first steps count: what they do is compiled by then.
  for (const player of players) for (const { condition } of conditions.slice(0, 1)) await player.play(condition);
  const scores = new Map<string, Score<Column>[]>();
  const scoresOf = (contestant: string, condition: string): Score<Column>[] => {
    const key = JSON.stringify([contestant, condition]);
    const kept = scores.get(key) ?? [];
    scores.set(key, kept);
    return kept;
  };
  for (let round = 0; round < rounds; round += 1) {
    say(`round ${round + 1} of ${rounds}`);
    const first = round % Math.max(1, players.length);
    const order = [...players.slice(first), ...players.slice(0, first)];
    for (const { name: condition, condition: of } of conditions) {
      for (const player of order) scoresOf(player.name, condition).push(await player.play(of));
    }
  }
  return { conditions, contestants: players.map(({ name }) => name), skipped, scoresOf };
}

export type Columns<Column extends string> = readonly { readonly name: Column; readonly unit: Unit }[];

/** A table for each condition would hide how one of them grows: rows are contestants under conditions. */
export function tableOf<Condition, Column extends string>(
  { conditions, contestants, scoresOf }: Outcome<Condition, Column>,
  { title, of, columns }: { readonly title: string; readonly of: string; readonly columns: Columns<Column> },
): Table {
  const rows = conditions.flatMap(({ name: condition }) =>
    contestants.map((contestant) => ({
      name: conditions.length === 1 ? contestant : `${contestant}, ${condition}`,
      cells: columns.map(({ name }) => scoresOf(contestant, condition).map((score) => score[name])),
    })),
  );
  return { title, of, columns, rows };
}

export type RatioOf<Column extends string> = {
  readonly of: string;
  readonly to: string;
  readonly column: Column;
  readonly condition: string;
  readonly better: Ratio["better"];
};

/** Round by round; null when one of the two has not played. */
export function ratioOf<Condition, Column extends string>(
  { scoresOf, conditions }: Outcome<Condition, Column>,
  { of, to, column, condition, better }: RatioOf<Column>,
): Ratio | null {
  const others = scoresOf(to, condition);
  const samples = scoresOf(of, condition).flatMap((score, round) => {
    const other = others[round];
    return other === undefined ? [] : [score[column] / other[column]];
  });
  const where = conditions.length === 1 ? "" : `, ${condition}`;
  return samples.length === 0 ? null : { name: `${column}: ${of} / ${to}${where}`, better, samples };
}

/** A line for each contestant, over the conditions. */
export function plotOf<Condition, Column extends string>(
  { conditions, contestants, scoresOf }: Outcome<Condition, Column>,
  { column, ...plot }: Omit<Plot, "lines"> & { readonly column: Column },
): Plot {
  const lines = contestants.map((name) => ({
    name,
    points: conditions.map((one) => ({
      x: one.x,
      samples: scoresOf(name, one.name).map((score) => score[column]),
    })),
  }));
  return { ...plot, lines };
}
