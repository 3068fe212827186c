import type { ComponentChildren, JSX } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";

/** A line from one box to another, each of them an element with this `data-anchor` among the children. */
export type Wire = {
  readonly from: string;
  readonly to: string;
  /** Else the line is dashed. */
  readonly settled: boolean;
  /** Whether it points at its end. */
  readonly arrow: boolean;
};

type Drawn = { readonly line: string; readonly head: string | null; readonly settled: boolean };

/** Boxes with lines between them, which are drawn once the boxes have their places, and again when those change. */
export function Wired(props: {
  readonly class: string;
  readonly wires: readonly Wire[];
  readonly children: ComponentChildren;
}): JSX.Element {
  const frame = useRef<HTMLDivElement>(null);
  const [drawn, setDrawn] = useState<readonly Drawn[]>([]);
  const draw = (): void => {
    if (frame.current === null) return;
    const lines = linesIn(frame.current, props.wires);
    setDrawn((before) => (JSON.stringify(before) === JSON.stringify(lines) ? before : lines));
  };
  useLayoutEffect(draw);
  useLayoutEffect(() => {
    const resized = new ResizeObserver(() => drawNow.current());
    if (frame.current !== null) resized.observe(frame.current);
    return () => resized.disconnect();
  }, []);
  const drawNow = useRef(draw);
  drawNow.current = draw;
  return (
    <div class={props.class} ref={frame}>
      <svg class="wires" aria-hidden="true">
        {drawn.map(({ line, head, settled }) => (
          <>
            <path d={line} class={settled ? "settled" : "unsettled"} />
            {head !== null && <path d={head} class={settled ? "head settled" : "head unsettled"} />}
          </>
        ))}
      </svg>
      {props.children}
    </div>
  );
}

function linesIn(frame: HTMLElement, wires: readonly Wire[]): Drawn[] {
  const anchors = new Map<string, HTMLElement>();
  for (const element of frame.querySelectorAll<HTMLElement>("[data-anchor]"))
    anchors.set(element.dataset["anchor"] ?? "", element);
  const around = frame.getBoundingClientRect();
  return wires.flatMap(({ from, to, settled, arrow }, index) => {
    const [start, end] = [anchors.get(from), anchors.get(to)];
    if (start === undefined || end === undefined) return [];
    const coming = wires.filter((wire) => wire.to === to);
    const share = (coming.findIndex((wire) => wire.from === from) + 1) / (coming.length + 1);
    const way = { share, index, head: arrow ? headLength : 0 };
    const { line, head } = route(placeOf(start, around), placeOf(end, around), way);
    return [{ line, head: arrow ? head : null, settled }];
  });
}

type Box = { readonly left: number; readonly top: number; readonly bottom: number; readonly width: number };

function placeOf(element: HTMLElement, frame: DOMRect): Box {
  const { left, top, bottom, width } = element.getBoundingClientRect();
  return { left: left - frame.left, top: top - frame.top, bottom: bottom - frame.top, width };
}

/** `share`: where along the top of its target it ends; `index`: which line it is; `head`: length of its arrow's head. */
type Way = { readonly share: number; readonly index: number; readonly head: number };
type Path = { readonly line: string; readonly head: string };

/** Pixels between a row of boxes and the one below it; style.css keeps as much free. */
const gap = 40;
const headLength = 9;
const radius = 8;

/** Straight down with two bends; to what lies in a lower row, down the margin instead, so that it crosses no card. */
function route(from: Box, to: Box, way: Way): Path {
  const { share, index, head: headLength } = way;
  const fromX = from.left + from.width / 2;
  if (to.top - from.bottom > gap * 1.5) return downTheMargin(from, to, way);
  const toX = to.left + to.width * share;
  const tip = to.top - 1;
  const head = `M${toX - 5} ${tip - headLength}h10l-5 ${headLength}z`;
  const end = tip - headLength;
  // Each a little lower than the one before it, so that two that go the same way are two.
  const bendY = from.bottom + (tip - from.bottom) / 2 - 8 + (index % 3) * 5;
  const side = Math.sign(toX - fromX);
  const bend = Math.min(radius, Math.abs(toX - fromX) / 2);
  const line =
    `M${fromX} ${from.bottom}V${bendY - bend}q0 ${bend} ${side * bend} ${bend}` +
    `H${toX - side * bend}q${side * bend} 0 ${side * bend} ${bend}V${end}`;
  return { line, head };
}

function downTheMargin(from: Box, to: Box, { index, head: headLength }: Way): Path {
  const marginX = Math.max(3, 10 - (index % 3) * 3);
  const fromY = from.bottom - 14 - (index % 3) * 4;
  const tipX = to.left - 1;
  const tipY = to.top + 26;
  const head = `M${tipX - headLength} ${tipY - 5}v10l${headLength} -5z`;
  const line =
    `M${from.left} ${fromY}H${marginX + radius}q${-radius} 0 ${-radius} ${radius}` +
    `V${tipY - radius}q0 ${radius} ${radius} ${radius}H${tipX - headLength}`;
  return { line, head };
}
