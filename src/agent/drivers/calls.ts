import { DriverError, type DriverContext } from "./driver.ts";
import { type Program, type ProgramEnd, startProgram } from "./program.ts";

/** One call of the program, with something to do, and what its exit code says came of it. */
export type Call = (args: readonly string[], environment?: NodeJS.ProcessEnv) => Promise<ProgramEnd>;

/** A program that is called, each time with something to do. */
export type Calls = {
  /**
   * For calls that follow each other. Each rejects with `DriverError`: `program-not-started`, or `called-off` once `end` has been
   * called, so that nothing of a sequence comes after its end.
   */
  readonly sequence: () => Call;
  /** Ends all sequences, and the calls that are under way. Rejects when one cannot be ended. */
  readonly end: () => Promise<void>;
  /** What could never be started has done nothing that would have to be undone. */
  readonly haveRun: () => boolean;
};

export function callsOf(context: DriverContext, command: string, folder: string): Calls {
  const running = new Set<Program>();
  let haveRun = context.isLeft;
  let ends = 0;

  async function call(isOver: () => boolean, ...[args, environment = {}]: Parameters<Call>): Promise<ProgramEnd> {
    const calledOff = new DriverError("called-off", `${args.join(" ")} was called off`);
    if (isOver()) throw calledOff;
    const program = await startProgram(context, command, args, folder, environment);
    haveRun = true;
    // Called off while it was being started, when nobody could end it yet.
    if (isOver()) {
      await program.kill();
      throw calledOff;
    }
    running.add(program);
    const end = await program.ended;
    running.delete(program);
    // What it leaves behind is what it was asked for, and stays; the call itself is over.
    program.isOver();
    return end;
  }

  return {
    sequence: () => {
      const begunAt = ends;
      return (...asked) => call(() => ends > begunAt, ...asked);
    },
    end: async () => {
      ends += 1;
      await Promise.all([...running].map((program) => program.kill()));
    },
    haveRun: () => haveRun,
  };
}
