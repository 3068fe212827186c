import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import type { JournalEntry } from "../../../cluster/journal.ts";
import { groupBy } from "../../../cluster/group-by.ts";
import type { Failover } from "../../../cluster/questions/failovers.ts";
import type { ClusterView } from "../../../cluster/questions/view.ts";
import { useDrag, useWheel, useWidth } from "./hands.ts";
import { lanesOf, type Ownership } from "./lanes.ts";
import { marksOf } from "./marks.ts";
import { phasesOf } from "./phases.tsx";
import { labelOf, ticksIn, type Window } from "./window.ts";

/** Pixels. */
const laneHeight = 46;
const barTop = 18;
const barHeight = 22;
const eventsHeight = 26;
const axisHeight = 22;
/** Of a letter, about: what does not fit is not written. */
const letterWidth = 8;
const tickWidth = 110;
/** What of the window an arrow key moves. */
const step = 0.2;

type Props = {
  readonly view: ClusterView;
  readonly entries: readonly JournalEntry[];
  readonly failovers: readonly Failover[];
  readonly window: Window;
  readonly now: number;
  readonly zoom: (factor: number, at: number) => void;
  readonly move: (share: number) => void;
};

/** Who owned which group when; above, what happened; below each bar the phases of a change. Wheel and + and - zoom, dragging and arrows move. */
export function Chart({ view, entries, failovers, window, now, zoom, move }: Props): JSX.Element {
  const frame = useRef<HTMLDivElement>(null);
  const width = useWidth(frame);
  const lanes = lanesOf(view, entries);
  const changes = groupBy(failovers, ({ group }) => group);
  const nodes = Object.keys(view.nodes);
  const xOf = (at: number): number => ((at - window.from) / (window.to - window.from)) * width;
  const timeAt = (x: number): number => window.from + (x / width) * (window.to - window.from);
  const height = eventsHeight + lanes.length * laneHeight + axisHeight;
  const middle = (window.from + window.to) / 2;
  useWheel(frame, (factor, x) => zoom(factor, timeAt(x)));
  const drag = useDrag((byPixels) => move(-byPixels / width));
  const onKeyDown = (event: KeyboardEvent): void => {
    // With another key these are the browser's own: its zoom, and its way back.
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const done = {
      ArrowLeft: () => move(-step),
      ArrowRight: () => move(step),
      "+": () => zoom(0.5, middle),
      "=": () => zoom(0.5, middle),
      "-": () => zoom(2, middle),
    }[event.key];
    if (done === undefined) return;
    event.preventDefault();
    done();
  };
  return (
    <div
      class="chart"
      ref={frame}
      tabIndex={0}
      role="application"
      aria-roledescription="timeline"
      aria-label="Owners over time. Plus and minus zoom, the arrow keys move. The lists below tell the same."
      onKeyDown={onKeyDown}
      {...drag}
    >
      <svg width={width} height={height} aria-hidden="true">
        {ticksIn(window, Math.max(2, Math.floor(width / tickWidth))).map((at) => (
          <g class="tick">
            <line x1={xOf(at)} x2={xOf(at)} y1={0} y2={height - axisHeight} />
            <text x={xOf(at)} y={height - 6} text-anchor={anchorAt(xOf(at), width)}>
              {labelOf(at, window)}
            </text>
          </g>
        ))}
        {marksOf(entries, window, xOf).map(({ key, x, severity, said }) => (
          <path key={key} class={`event ${severity}`} d={markOf(severity, x, eventsHeight / 2)}>
            <title>{said}</title>
          </path>
        ))}
        {lanes.map(({ group, ownerships }, index) => (
          <g class="lane" transform={`translate(0 ${eventsHeight + index * laneHeight})`}>
            <text class="name" x={2} y={13}>
              {fitting(group, width)}
            </text>
            {ownerships.map((ownership) => (
              <Bar
                ownership={ownership}
                hue={nodes.indexOf(ownership.node) % hues}
                left={clamp(xOf(ownership.from ?? window.from), 0, width)}
                right={clamp(xOf(ownership.to ?? now), 0, width)}
              />
            ))}
            {(changes.get(group) ?? [])
              .flatMap(phasesOf)
              .filter(({ from, to }) => to >= window.from && from <= window.to)
              .map(({ name, from, to }) => (
                <rect
                  class={`phase ${name}`}
                  x={clamp(xOf(from), 0, width)}
                  width={Math.max(0, clamp(xOf(to), 0, width) - clamp(xOf(from), 0, width))}
                  y={barTop + barHeight}
                  height={5}
                >
                  <title>{name}</title>
                </rect>
              ))}
          </g>
        ))}
      </svg>
    </div>
  );
}

/** As many as style.css has. */
const hues = 6;

type BarProps = {
  readonly ownership: Ownership;
  readonly hue: number;
  readonly left: number;
  readonly right: number;
};

function Bar({ ownership: { node, epoch }, hue, left, right }: BarProps): JSX.Element | null {
  const width = right - left;
  if (width <= 0) return null;
  const said = [`${node}, epoch ${epoch}`, node].find((text) => text.length * letterWidth < width - 8);
  return (
    <g class={`bar hue${hue}`}>
      <rect x={left} y={barTop} width={Math.max(1, width)} height={barHeight} rx={3}>
        <title>{`${node}, epoch ${epoch}`}</title>
      </rect>
      {said !== undefined && (
        <text x={left + 5} y={barTop + barHeight - 7}>
          {said}
        </text>
      )}
    </g>
  );
}

/** A sign for each severity, so that none is told by its colour alone. */
function markOf(severity: JournalEntry["severity"], x: number, y: number): string {
  switch (severity) {
    case "info":
      return `M${x} ${y - 4}v8`;
    case "warning":
      return `M${x} ${y - 5}l5 9h-10z`;
    case "error":
      return `M${x - 4} ${y - 4}l8 8m0 -8l-8 8`;
  }
}

function anchorAt(x: number, width: number): "start" | "middle" | "end" {
  if (x < tickWidth / 2) return "start";
  return x > width - tickWidth / 2 ? "end" : "middle";
}

function fitting(text: string, width: number): string {
  const room = Math.max(4, Math.floor(width / letterWidth) - 1);
  return text.length <= room ? text : `${text.slice(0, room - 1)}…`;
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}
