import { execFileSync } from "node:child_process";
import * as z from "zod";
import { packageRoot } from "../../src/cli/package-files.ts";

const packedSchema = z.object({
  filename: z.string(),
  /** Octets of the tarball. */
  size: z.number(),
  files: z.array(z.object({ path: z.string() })),
});
export type Packed = z.infer<typeof packedSchema>;

/**
 * What `npm pack` makes of this checkout, whose `dist/` is built already: building it again would take it from under those who run it.
 * @param folder where the tarball goes; null: nowhere
 */
export function pack(folder: string | null): Packed {
  const where = folder === null ? ["--dry-run"] : ["--pack-destination", folder];
  const said = execFileSync("npm", ["pack", "--json", "--ignore-scripts", "--offline", ...where], {
    cwd: packageRoot,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
    maxBuffer: 2 ** 24,
  });
  // A list in npm 10 and 11, by the package's name in later ones.
  const document: unknown = JSON.parse(said);
  const [packed] = z.array(packedSchema).parse(Array.isArray(document) ? document : Object.values(Object(document)));
  if (packed === undefined) throw new Error(`npm pack has packed nothing: ${said}`);
  return packed;
}
