/** What is drawn on: a terminal. */
export type Terminal = {
  readonly write: (text: string) => void;
};

export type Screen = {
  /** Each line has to be as wide as the terminal at most; lines below the last are cleared. */
  readonly draw: (lines: readonly string[]) => void;
  /** What was there before is there again. */
  readonly leave: () => void;
};

/** Control sequences of ECMA-48 and xterm; 2026 is "synchronized output": what knows it shows a frame whole, what does not ignores it. */
const sequences = {
  enter: "\u001b[?1049h\u001b[?25l",
  leave: "\u001b[?25h\u001b[?1049l",
  begin: "\u001b[?2026h\u001b[H",
  end: "\u001b[J\u001b[?2026l",
  clearToEndOfLine: "\u001b[K",
} as const;

/**
 * The terminal's other screen, so that what was on it stays. A frame is written over the one before, in one piece and without clearing first:
 * nothing flickers. One that is the same is not written.
 */
export function openScreen({ write }: Terminal): Screen {
  let shown = "";
  write(sequences.enter);
  return {
    draw: (lines) => {
      const text = lines.map((line) => line + sequences.clearToEndOfLine).join("\r\n");
      if (text === shown) return;
      shown = text;
      write(sequences.begin + text + sequences.end);
    },
    leave: () => write(sequences.leave),
  };
}
