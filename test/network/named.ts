import { writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Writes what a real name server of these zones (records by name) needs, and returns the arguments for `named`. What is in none of them it
 * refuses to answer. With a file of a key named `ours` they take updates that are signed with it.
 */
export function namedWith(
  { folder, address, port = 53, keyFile = "" }: { folder: string; address: string; port?: number; keyFile?: string },
  zones: Readonly<Record<string, string>>,
): string[] {
  const [include, update] = keyFile === "" ? ["", ""] : [`include "${keyFile}";`, "allow-update { key ours; };"];
  const parts = Object.entries(zones).map(([name, records]) => {
    const file = join(folder, `${name}.zone`);
    writeFileSync(file, `$TTL 60\n@ SOA ns admin 1 60 60 60 60\n@ NS ns\nns A ${address}\n${records}\n`);
    return `zone "${name}" { type primary; file "${file}"; ${update} };`;
  });
  const options = `directory "${folder}"; listen-on port ${port} { ${address}; }; listen-on-v6 { none; }; recursion no;`;
  const files = "pid-file none; session-keyfile none; dnssec-validation no;";
  const config = join(folder, "named.conf");
  writeFileSync(config, `${include}\noptions { ${options} ${files} };\ncontrols { };\n${parts.join("\n")}\n`);
  return ["-g", "-c", config];
}
