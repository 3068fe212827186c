import { svg } from "./dom.ts";

/** A line from a virtual server's box to where its group is. */
export type Wire = {
  readonly from: HTMLElement;
  readonly to: HTMLElement;
  /** The group is online there; else the line is dashed. */
  readonly settled: boolean;
  /** There is an owner for it to point at. */
  readonly arrow: boolean;
};

/** Lines are drawn over the whole map once its boxes have their places, and again when those change. */
export function drawWires(map: HTMLElement, wires: readonly Wire[]): void {
  map.querySelector(".wires")?.remove();
  const frame = map.getBoundingClientRect();
  const size = { width: String(frame.width), height: String(frame.height) };
  const layer = svg("svg", { class: "wires", ...size, "aria-hidden": "true" });
  wires.forEach((wire, index) => {
    const others = wires.filter(({ to }) => to === wire.to);
    const share = (others.indexOf(wire) + 1) / (others.length + 1);
    const head = wire.arrow ? headLength : 0;
    const path = route(placeOf(wire.from, frame), placeOf(wire.to, frame), { share, index, head });
    const kind = wire.settled ? "settled" : "unsettled";
    layer.append(svg("path", { d: path.line, class: kind }));
    if (wire.arrow) layer.append(svg("path", { d: path.head, class: `head ${kind}` }));
  });
  map.prepend(layer);
}

type Place = { readonly left: number; readonly top: number; readonly bottom: number; readonly width: number };

function placeOf(element: HTMLElement, frame: DOMRect): Place {
  const { left, top, bottom, width } = element.getBoundingClientRect();
  return { left: left - frame.left, top: top - frame.top, bottom: bottom - frame.top, width };
}

/** `share`: where along the top of its target it ends; `index`: which line it is; `head`: length of its arrow's head. */
type Way = { readonly share: number; readonly index: number; readonly head: number };
type Drawn = { readonly line: string; readonly head: string };

/** Pixels between the row of virtual servers and what is below it; style.css keeps as much free. */
const gap = 40;
const headLength = 9;
const radius = 8;

/** Straight down with two bends; to what lies in a lower row, down the margin instead, so that it crosses no card. */
function route(from: Place, to: Place, way: Way): Drawn {
  const { share, head: headLength } = way;
  const fromX = from.left + from.width / 2;
  if (to.top - from.bottom > gap * 1.5) return downTheMargin(from, to, way);
  const toX = to.left + to.width * share;
  const tip = to.top - 1;
  const head = `M${toX - 5} ${tip - headLength}h10l-5 ${headLength}z`;
  const end = tip - headLength;
  const bendY = from.bottom + (tip - from.bottom) / 2 - 4;
  const side = Math.sign(toX - fromX);
  const bend = Math.min(radius, Math.abs(toX - fromX) / 2);
  const line =
    `M${fromX} ${from.bottom}V${bendY - bend}q0 ${bend} ${side * bend} ${bend}` +
    `H${toX - side * bend}q${side * bend} 0 ${side * bend} ${bend}V${end}`;
  return { line, head };
}

function downTheMargin(from: Place, to: Place, { index, head: headLength }: Way): Drawn {
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
