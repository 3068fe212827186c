import { Composer, type CST, type Document, Lexer, LineCounter, Parser, type YAMLError } from "yaml";
import { protocolLimits } from "../protocol/limits.ts";

/** What a text of YAML or JSON says, or the first fault of it, with its line. No text of it is in the message: it may hold a password. */
export type ReadYaml =
  | { readonly ok: true; readonly value: unknown; readonly document: Document; readonly lines: LineCounter }
  | { readonly ok: false; readonly code: "not-yaml" | "too-deep"; readonly message: string };

/** Levels of what is being parsed, with the document and a text at the end, which may stand at the deepest. */
const deepest = protocolLimits.depth + 2;

class TooDeep extends Error {
  readonly offset: number;
  constructor(offset: number) {
    super();
    this.offset = offset;
  }
}

/**
 * One document, at most `protocolLimits.depth` levels deep: the library would take as many as its stack has room for.
 * @param file names the text in messages
 */
export function readYaml(text: string, file: string): ReadYaml {
  const lines = new LineCounter();
  const fault = (code: "not-yaml" | "too-deep", offset: number, sentence: string): ReadYaml => {
    const { line, col } = lines.linePos(offset);
    return { ok: false, code, message: `${file}, line ${line}, column ${col}: ${sentence}` };
  };
  try {
    // A warning of the library quotes what it warns of.
    const composer = new Composer({ logLevel: "error" });
    const [document, another] = composer.compose(tokensOf(text, lines), true, text.length);
    const [error] = document?.errors ?? [];
    if (error !== undefined) return fault("not-yaml", error.pos[0], sentenceOf(error));
    if (another !== undefined) return fault("not-yaml", another.range[0], "Another document begins here");
    if (document === undefined) throw new Error("a text without a document");
    return { ok: true, value: document.toJS({ maxAliasCount: 100 }), document, lines };
  } catch (error) {
    if (error instanceof TooDeep) {
      return fault("too-deep", error.offset, `Nothing here is nested more than ${protocolLimits.depth} levels deep`);
    }
    // Aliases of aliases can stand for more than fits into memory, and the library refuses to write it out.
    if (error instanceof ReferenceError) return { ok: false, code: "not-yaml", message: `${file}: ${unquoted(error)}` };
    throw error;
  }
}

/** As `Parser.parse` has them, up to the first level that is too deep. */
function* tokensOf(text: string, lines: LineCounter): Generator<CST.Token> {
  const parser = new Parser(lines.addNewLine);
  lines.addNewLine(0);
  for (const lexeme of new Lexer().lex(text)) {
    yield* parser.next(lexeme);
    if (parser.stack.length > deepest) throw new TooDeep(parser.offset - lexeme.length);
  }
  yield* parser.end();
}

function sentenceOf(error: YAMLError): string {
  switch (error.code) {
    case "BAD_DIRECTIVE":
      return "This is no directive of YAML";
    case "TAG_RESOLVE_FAILED":
      return "This tag means nothing here";
    case "BAD_COLLECTION_TYPE":
      return "This tag is one of something else";
    case "BAD_DQ_ESCAPE":
      return "This is no escape sequence";
    default:
      return unquoted(error);
  }
}

/** Where the library quotes a text, it stands after a colon at the end; `Missing , or : between` is none. */
function unquoted({ message }: Error): string {
  return message.replace(/(?<! ): .*$/s, "");
}
