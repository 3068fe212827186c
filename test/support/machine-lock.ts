import { once } from "node:events";
import { createServer } from "node:net";
import { until } from "./until.ts";

/**
 * Waits until nobody else on this machine has this name, and takes it: for what there is one of, whatever process uses it. It is an abstract
 * unix socket (unix(7)), so it goes with the process. @returns gives it back
 */
export async function lockMachine(name: string, patienceMs: number): Promise<() => void> {
  const server = createServer();
  const isOurs = (): Promise<boolean> => {
    server.listen({ path: `\0bridgehead-${name}` });
    return once(server, "listening").then(
      () => true,
      () => false,
    );
  };
  await until(isOurs, patienceMs, `the end of another process's ${name}`);
  server.unref();
  return () => server.close();
}
