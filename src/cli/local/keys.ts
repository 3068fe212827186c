import type { ReadStream } from "node:tty";
import { messageOf } from "../errors.ts";

export type KeyAction = {
  readonly key: string;
  /** What it does, in the third person. */
  readonly does: string;
  readonly act: () => Promise<string>;
};

/** Ctrl-C, which a terminal in raw mode passes on as a character. */
const interrupt = "\u0003";

/**
 * Does what a key stands for. Where standard input is no terminal nobody can press any, and nothing is listened to.
 *
 * @param end called at q and at Ctrl-C
 * @param say told what each has done, or why it could not
 * @returns how to stop listening; null where there is no terminal
 */
export function onKeys(
  stdin: ReadStream,
  actions: readonly KeyAction[],
  end: () => void,
  say: (sentence: string) => void = () => {},
): (() => void) | null {
  if (!stdin.isTTY) return null;
  const press = (key: string): void => {
    if (key === "q" || key === "Q" || key === interrupt) return end();
    // None waits for the one before: one of them may be what lets that go on.
    actions
      .find((one) => one.key === key)
      ?.act()
      .then(say, (error: unknown) => say(messageOf(error)));
  };
  const listener = (pressed: Buffer): void => {
    for (const key of pressed.toString()) press(key);
  };
  stdin.setRawMode(true).on("data", listener).resume();
  return () => void stdin.off("data", listener).setRawMode(false).pause();
}
