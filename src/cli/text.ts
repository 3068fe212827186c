/** Terminals are eighty columns wide. */
export const textWidth = 80;

/** Broken at blanks, so that no line is wider than it may be; a word that is wider by itself stays whole, to be copied. */
export function wrap(text: string, indent = "", width = textWidth): string[] {
  return text.split("\n").flatMap((paragraph) => wrapParagraph(paragraph.trim(), indent, width));
}

function wrapParagraph(text: string, indent: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/ +/)) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (line !== "" && indent.length + longer.length > width) {
      lines.push(indent + line);
      line = word;
    } else line = longer;
  }
  return [...lines, indent + line];
}
