import type { Machine } from "../machine.ts";

/** Where, with what and when, in a line. */
export function machineText({ cpu, cores, kernel, versions, date, commit, load }: Machine): string {
  const programs = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  const parts = [
    `${date.slice(0, 10)}${commit === null ? "" : ` at ${commit}`}`,
    `${cpu}, ${cores} ${cores === 1 ? "core" : "cores"}, Linux ${kernel}`,
    programs.join(", "),
    `load before it ${load}`,
  ];
  return parts.join("; ");
}
