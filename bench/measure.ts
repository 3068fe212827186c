import type { Measured } from "./measured.ts";

/** What a measurement is run in. */
export type Surroundings = {
  /** How often each contestant plays under each condition. */
  readonly rounds: number;
  /** How long one sample lasts that measures a rate. */
  readonly seconds: number;
  /** A run that shows whether it works: less of everything that takes long. */
  readonly quick: boolean;
  /** Of this measurement alone; it is removed afterwards. */
  readonly folder: string;
  /** Tells who waits how far it has come. */
  readonly say: (line: string) => void;
  /** Registers what ends something that was begun; all of it is called afterwards, the last first, whatever happened. */
  readonly later: (end: () => Promise<unknown> | void) => void;
};

export type Measure = {
  /** By which it is asked for, and part of the names of its files. */
  readonly name: string;
  readonly title: string;
  /** What it says and how it is measured, in two or three sentences. */
  readonly what: string;
  readonly run: (surroundings: Surroundings) => Promise<Measured>;
};

export const nothingMeasured: Measured = { tables: [], ratios: [], goals: [], plots: [], notes: [], skipped: [] };
