import { pendingTimeoutMs } from "../../cluster/policies/resource-timing.ts";
import { longestDelayMs } from "../delays.ts";
import { DriverError, type DriverContext } from "./driver.ts";
import { type Program, type ProgramEnd, startProgram } from "./program.ts";

/** One call of the program, with something to do, and what its exit code says came of it. */
export type Call = (args: readonly string[], environment?: NodeJS.ProcessEnv) => Promise<ProgramEnd>;

/** A program that is called, each time with something to do. A call that takes longer than PendingTimeout is ended. */
export type Calls = {
  /**
   * For calls that follow each other. Each rejects with `DriverError`: `program-not-started`, or `called-off` once `end` has been
   * called, so that nothing of a sequence comes after its end.
   */
  readonly sequence: () => Call;
  /** Ends all sequences, and the calls that are under way. Resolves when none is; rejects when one cannot be ended. */
  readonly end: () => Promise<void>;
  /** What could never be started has done nothing that would have to be undone. */
  readonly haveRun: () => boolean;
};

export function callsOf(context: DriverContext, command: string, folder: string): Calls {
  const limitMs = Math.min(pendingTimeoutMs(context.spec), longestDelayMs);
  const running = new Set<Program>();
  const underWay = new Set<Promise<unknown>>();
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
    const limit = setTimeout(() => void program.kill().catch(() => {}), limitMs);
    const end = await program.ended;
    clearTimeout(limit);
    running.delete(program);
    // What it leaves behind is what it was asked for, and stays; the call itself is over.
    program.isOver();
    if (isOver()) throw calledOff;
    return end;
  }

  return {
    sequence: () => {
      const begunAt = ends;
      return (...asked) => {
        const called = call(() => ends > begunAt, ...asked);
        const settled = called.then(
          () => {},
          () => {},
        );
        underWay.add(settled);
        void settled.then(() => underWay.delete(settled));
        return called;
      };
    },
    end: async () => {
      ends += 1;
      await Promise.all([...running].map((program) => program.kill()));
      await Promise.all(underWay);
    },
    haveRun: () => haveRun,
  };
}
