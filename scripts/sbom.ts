/** The bill of materials of what is locked (CycloneDX). npm names the package after the folder that it lies in, so its name is put right. */
import { execFileSync } from "node:child_process";
import * as z from "zod";
import manifest from "../package.json" with { type: "json" };
import { root } from "./tool.ts";

const component = z.looseObject({ name: z.string(), purl: z.string() });
const bill = z.looseObject({ metadata: z.looseObject({ component }) });

const args = ["sbom", "--package-lock-only", "--sbom-format=cyclonedx", "--sbom-type=application"];
const said = execFileSync("npm", args, { cwd: root, encoding: "utf8", maxBuffer: 2 ** 26 });
const { metadata, ...rest } = bill.parse(JSON.parse(said));
const named = { ...metadata, component: { ...metadata.component, name: manifest.name } };
process.stdout.write(`${JSON.stringify({ ...rest, metadata: named }, null, 2)}\n`);
