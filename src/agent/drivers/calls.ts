import type { DriverContext } from "./driver.ts";
import { type Program, type ProgramEnd, startProgram } from "./program.ts";

/** A program that is called, each time with something to do, and says by its exit code what came of it. */
export type Calls = {
  /** Resolves when the call is over. Rejects with `DriverError` `program-not-started`. */
  readonly call: (args: readonly string[], environment?: NodeJS.ProcessEnv) => Promise<ProgramEnd>;
  /** Ends all calls that are under way. Rejects when one cannot be ended. */
  readonly end: () => Promise<void>;
  /** What could never be started has done nothing that would have to be undone. */
  readonly haveRun: () => boolean;
};

export function callsOf(context: DriverContext, command: string, folder: string): Calls {
  const running = new Set<Program>();
  let haveRun = context.isLeft;
  return {
    call: async (args, environment = {}) => {
      const program = await startProgram(context, command, args, folder, environment);
      haveRun = true;
      running.add(program);
      const end = await program.ended;
      running.delete(program);
      // What it leaves behind is what it was asked for, and stays; the call itself is over.
      program.isOver();
      return end;
    },
    end: async () => {
      await Promise.all([...running].map((program) => program.kill()));
    },
    haveRun: () => haveRun,
  };
}
