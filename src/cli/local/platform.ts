import { createServer } from "node:net";
import { CliError } from "../errors.ts";

/**
 * What `start` and `demo` stand on: Linux, where all of 127.0.0.0/8 is local, and the C library that the binaries of
 * workerd and Node were made for. Rejects with `CliError`.
 */
export async function assertPlatform(): Promise<void> {
  if (process.platform !== "linux") {
    throw unsupported(
      `this is ${process.platform}, and it needs Linux (WSL is one): elsewhere 127.0.0.0/8 is not all local`,
    );
  }
  if (!hasGlibc()) throw unsupported("this Linux has no glibc, and the binaries of workerd need it");
  if (!(await isLocal("127.0.1.100")))
    throw unsupported("127.0.1.100 cannot be bound: 127.0.0.0/8 is not all local here");
}

function unsupported(why: string): CliError {
  return new CliError("platform", `This does not run here: ${why}.`);
}

function hasGlibc(): boolean {
  const report: unknown = process.report.getReport();
  const header = typeof report === "object" && report !== null && "header" in report ? report.header : null;
  return typeof header === "object" && header !== null && "glibcVersionRuntime" in header;
}

function isLocal(host: string): Promise<boolean> {
  return canBind(host, 0);
}

/** True when nobody has this port of this address. */
export function canBind(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", () => resolve(false));
    probe.listen({ host, port }, () => probe.close(() => resolve(true)));
  });
}
