import type { Operation, Parameter } from "../openapi/types.ts";

/** An operation and where it is. */
export type Placed = { readonly method: string; readonly path: string; readonly operation: Operation };

/** The headers of RFC 6455 section 4.1, with the key of its own example. */
const upgrade = [
  "Connection: Upgrade",
  "Upgrade: websocket",
  "Sec-WebSocket-Version: 13",
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
];

/** The request as a command for a shell. What an example holds is quoted, or percent-encoded in the address. */
export function curlOf({ method, path, operation }: Placed): string {
  const statuses = Object.keys(operation.responses);
  const streams = JSON.stringify(operation.responses).includes('"text/event-stream"');
  const isSocket = statuses.includes("101") && !statuses.includes("200");
  const example = operation.requestBody?.content["application/json"]?.example;
  const headers = [
    ...(operation.security.length === 0 ? [] : ["Authorization: Bearer $BRIDGEHEAD_TOKEN"]),
    ...(isSocket ? upgrade : []),
    ...(streams ? ["Accept: text/event-stream"] : []),
    ...(operation.requestBody === undefined ? [] : ["Content-Type: application/json"]),
  ];
  return [
    `curl${isSocket ? " --http1.1 -i" : ""}${isSocket || streams ? " -N" : ""}${method === "GET" ? "" : ` -X ${method}`} "$BRIDGEHEAD_URL${addressOf(path, operation.parameters)}"`,
    ...headers.map((header) => `-H "${header}"`),
    ...(example === undefined ? [] : [`-d ${quoted(textOf(example))}`]),
  ].join(" \\\n  ");
}

function addressOf(path: string, parameters: readonly Parameter[]): string {
  const examples = new Map(parameters.map((parameter) => [parameter.name, exampleOf(parameter)]));
  const bare = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(examples.get(name) ?? "NAME"));
  const query = parameters.flatMap((parameter) => {
    const example = parameter.in === "query" ? exampleOf(parameter) : null;
    return example === null ? [] : [`${encodeURIComponent(parameter.name)}=${encodeURIComponent(example)}`];
  });
  return query.length === 0 ? bare : `${bare}?${query.join("&")}`;
}

/** A parameter of a query that has no example is left out, if it may be. */
function exampleOf({ example, schema, required }: Parameter): string | null {
  const found = example ?? schema.examples?.[0] ?? schema.enum?.[0] ?? (required ? "NAME" : null);
  return found === null ? null : String(found);
}

/** On one line as long as that can be read. */
function textOf(example: unknown): string {
  const line = JSON.stringify(example);
  return line.length <= 70 ? line : JSON.stringify(example, null, 2);
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
