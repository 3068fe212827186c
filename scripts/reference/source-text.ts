/** As much of the syntax of TypeScript as the pages need: where an object literal is, and what its properties are. */

/** Where the bracket that opens at `open` is closed. Brackets within texts are none; those of a template's `${…}` pair up. */
export function closeOf(text: string, open: number): number {
  let depth = 0;
  for (let at = open; at < text.length; at += 1) {
    const sign = text[at] ?? "";
    if (sign === '"' || sign === "`") at = endOfText(text, at);
    else if ("({[".includes(sign)) depth += 1;
    else if (")}]".includes(sign)) depth -= 1;
    if (depth === 0) return at;
  }
  return text.length;
}

/** The last sign of the text that begins at `start`; a template may have texts in it. */
function endOfText(text: string, start: number): number {
  const quote = text[start];
  for (let at = start + 1; at < text.length; at += 1) {
    if (text[at] === "\\") at += 1;
    else if (quote === "`" && text.startsWith("${", at)) at = closeOf(text, at + 1);
    else if (text[at] === quote) return at;
  }
  return text.length;
}

/** The innermost object literal around a place. */
export function literalAround(text: string, place: number): string {
  let open = place;
  while (open > 0 && !(text[open] === "{" && closeOf(text, open) > place)) open -= 1;
  return text.slice(open, closeOf(text, open) + 1);
}

/** The properties of an object literal as they are written; of a shorthand its name. What is spread in is left out. */
export function propertiesOf(literal: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const part of partsOf(literal.slice(1, -1))) {
    const [, name, value] = /^"?([\w.-]+)"?(?::\s*([\s\S]+))?$/.exec(part) ?? [];
    if (name !== undefined) found.set(name, value ?? name);
  }
  return found;
}

/** What stands between the commas. */
function partsOf(text: string): string[] {
  const parts: string[] = [];
  let from = 0;
  for (let at = 0; at <= text.length; at += 1) {
    const sign = text[at] ?? ",";
    if (sign === '"' || sign === "`") at = endOfText(text, at);
    else if ("({[".includes(sign)) at = closeOf(text, at);
    else if (sign === ",") {
      parts.push(text.slice(from, at).trim());
      from = at + 1;
    }
  }
  return parts.filter((part) => part !== "");
}

/** The texts and templates of an expression, without those within them. */
export function textsOf(expression: string): string[] {
  const texts: string[] = [];
  for (let at = 0; at < expression.length; at += 1) {
    if (expression[at] !== '"' && expression[at] !== "`") continue;
    const end = endOfText(expression, at);
    texts.push(expression.slice(at + 1, end));
    at = end;
  }
  return texts;
}

/** The expression of the last `const NAME = …;` before a place; null: there is none. */
export function constantBefore(text: string, name: string, place: number): string | null {
  const all = [...text.matchAll(new RegExp(`\\bconst ${name}\\b[^=]*=\\s*`, "g"))];
  const found = all.findLast(({ index }) => index < place) ?? all[0];
  if (found === undefined) return null;
  return statementFrom(text, found.index + found[0].length);
}

/** What a function of this file returns at its end; null: there is no such function. */
export function returnedBy(text: string, name: string): string | null {
  const found = new RegExp(`^(?:export )?function ${name}\\(`, "m").exec(text);
  if (found === null) return null;
  const body = text.slice(found.index, text.indexOf("\n}\n", found.index));
  const last = body.lastIndexOf("return ");
  return last < 0 ? null : statementFrom(body, last + "return ".length);
}

function statementFrom(text: string, from: number): string {
  for (let at = from; at < text.length; at += 1) {
    const sign = text[at] ?? "";
    if (sign === '"' || sign === "`") at = endOfText(text, at);
    else if ("({[".includes(sign)) at = closeOf(text, at);
    else if (sign === ";") return text.slice(from, at);
  }
  return text.slice(from);
}
