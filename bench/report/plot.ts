import type { Plot } from "../measured.ts";
import { spreadOf, type Spread } from "../statistics.ts";
import { numberText } from "./numbers.ts";
import { scaleOf, type Scale } from "./scale.ts";

const width = 720;
const height = 340;
const frame = { left: 84, right: 540, top: 44, bottom: 284 };
const nameHeight = 17;

/** Told apart without red and green, on white and on black; whoever sees no colour has the names at the ends of the lines. */
const colours = ["#0f7fbf", "#d9730d", "#7a5fc2", "#2b9c73", "#b0568c", "#8a7d3a"];

type Point = { readonly x: number; readonly y: Spread };
type Line = { readonly name: string; readonly colour: string; readonly points: readonly Point[] };

/** A plot as SVG: medians as lines, least to most as bars. It takes the colours of who looks at it, light or dark. */
export function plotText({ title, x, y, lines: all }: Plot): string {
  const lines = all.flatMap(({ name, points }, at): Line[] => {
    const drawn = points.flatMap(({ x, samples }): Point[] => {
      const y = spreadOf(samples);
      return y === null ? [] : [{ x, y }];
    });
    return drawn.length === 0 ? [] : [{ name, colour: colours[at % colours.length] ?? "", points: drawn }];
  });
  const points = lines.flatMap((line) => line.points);
  const xs = [...new Set(points.map((point) => point.x))].toSorted((a, b) => a - b);
  const horizontal = xScale(x, xs);
  const vertical = scaleOf(
    y,
    points.flatMap(({ y: { least, most } }) => [least, most]),
  );
  const place = { x: (value: number) => left(horizontal.at(value)), y: (value: number) => top(vertical.at(value)) };
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escaped(title)}">`,
    style,
    text("title", frame.left, 22, title),
    ...vertical.ticks.map((tick) => yTick(place.y(tick), numberText(tick, y.unit))),
    ...horizontal.ticks.map((tick) => xTick(place.x(tick), numberText(tick, x.unit))),
    text("label middle", (frame.left + frame.right) / 2, height - 14, x.label),
    ...lines.map((line) => lineText(line, place)),
    ...namesOf(lines, place),
    "</svg>\n",
  ].join("\n");
}

/** What was measured is what is written below: no round numbers that nobody has measured. */
function xScale(axis: Plot["x"], xs: readonly number[]): Scale {
  const of = axis.scale === "logarithmic" ? Math.log : (value: number) => value;
  const [first = 1, last = first] = [xs[0], xs.at(-1)];
  const span = of(last) - of(first);
  return { at: (value) => (span === 0 ? 0.5 : (of(value) - of(first)) / span), ticks: xs };
}

type Place = { readonly x: (value: number) => number; readonly y: (value: number) => number };

function lineText({ colour, points }: Line, { x, y }: Place): string {
  const path = points.map((point) => `${fixed(x(point.x))},${fixed(y(point.y.median))}`).join(" ");
  const bars = points.map(({ x: at, y: { least, most } }) => {
    const column = fixed(x(at));
    return `<line x1="${column}" x2="${column}" y1="${fixed(y(least))}" y2="${fixed(y(most))}" stroke="${colour}" stroke-width="5" stroke-opacity="0.3"/>`;
  });
  const dots = points.map(
    ({ x: at, y: { median } }) => `<circle cx="${fixed(x(at))}" cy="${fixed(y(median))}" r="3" fill="${colour}"/>`,
  );
  return [...bars, `<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="2"/>`, ...dots].join("\n");
}

/** Each name at the end of its line, and none over another one. */
function namesOf(lines: readonly Line[], { x, y }: Place): string[] {
  const ends = lines.flatMap(({ name, colour, points }) => {
    const last = points.at(-1);
    return last === undefined ? [] : [{ name, colour, x: x(last.x), y: y(last.y.median) }];
  });
  let lowest = Number.NEGATIVE_INFINITY;
  return ends
    .toSorted((a, b) => a.y - b.y)
    .map((end) => {
      lowest = Math.max(end.y, lowest + nameHeight);
      return `<text class="name" x="${fixed(end.x + 12)}" y="${fixed(lowest + 4)}" fill="${end.colour}">${escaped(end.name)}</text>`;
    });
}

function yTick(y: number, label: string): string {
  const line = `<line class="grid" x1="${frame.left}" x2="${frame.right}" y1="${fixed(y)}" y2="${fixed(y)}"/>`;
  return `${line}\n${text("tick end", frame.left - 8, y + 4, label)}`;
}

function xTick(x: number, label: string): string {
  return text("tick middle", x, frame.bottom + 20, label);
}

function text(kind: string, x: number, y: number, said: string): string {
  return `<text class="${kind}" x="${fixed(x)}" y="${fixed(y)}">${escaped(said)}</text>`;
}

function left(share: number): number {
  return frame.left + share * (frame.right - frame.left);
}

function top(share: number): number {
  return frame.bottom - share * (frame.bottom - frame.top);
}

function fixed(value: number): string {
  return String(Number(value.toFixed(1)));
}

function escaped(said: string): string {
  return said.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}

const style = `<style>
text { font: 13px system-ui, sans-serif; }
.title { font-weight: 600; font-size: 15px; fill: #1f2328; }
.tick, .label { fill: #59636e; }
.middle { text-anchor: middle; }
.end { text-anchor: end; }
.grid { stroke: #d1d9e0; }
@media (prefers-color-scheme: dark) {
  .title { fill: #f0f6fc; }
  .tick, .label { fill: #9198a1; }
  .grid { stroke: #3d444d; }
}
</style>`;
