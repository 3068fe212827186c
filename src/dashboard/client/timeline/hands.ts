import type { TargetedPointerEvent } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";

/** How a drawing is moved and measured, whatever it shows. */

/** Pixels; it follows the window. */
export function useWidth(frame: { readonly current: HTMLElement | null }): number {
  const [width, setWidth] = useState(640);
  useLayoutEffect(() => {
    const element = frame.current;
    if (element === null) return;
    const measure = (): void => setWidth(Math.max(1, element.clientWidth));
    measure();
    const resized = new ResizeObserver(measure);
    resized.observe(element);
    return () => resized.disconnect();
  }, []);
  return width;
}

/** With Ctrl or a pinch, as maps have it: the wheel alone scrolls the page. */
export function useWheel(
  frame: { readonly current: HTMLElement | null },
  zoom: (factor: number, x: number) => void,
): void {
  const latest = useRef(zoom);
  latest.current = zoom;
  useEffect(() => {
    const turned = (event: WheelEvent): void => {
      if (!event.ctrlKey || frame.current === null) return;
      event.preventDefault();
      latest.current(Math.exp(event.deltaY / 300), event.clientX - frame.current.getBoundingClientRect().left);
    };
    const element = frame.current;
    // Preact would listen passively, and the browser would zoom the page.
    element?.addEventListener("wheel", turned, { passive: false });
    return () => element?.removeEventListener("wheel", turned);
  }, []);
}

/** @param moveBy told each time, with what has come since the last */
export function useDrag(moveBy: (pixels: number) => void): {
  readonly onPointerDown: (event: TargetedPointerEvent<HTMLElement>) => void;
  readonly onPointerMove: (event: PointerEvent) => void;
  readonly onPointerUp: () => void;
  readonly onPointerCancel: () => void;
} {
  const at = useRef<number | null>(null);
  const isOver = (): void => {
    at.current = null;
  };
  return {
    onPointerDown: (event) => {
      if (event.button !== 0) return;
      at.current = event.clientX;
      event.currentTarget.setPointerCapture(event.pointerId);
    },
    onPointerMove: ({ clientX }) => {
      if (at.current === null) return;
      moveBy(clientX - at.current);
      at.current = clientX;
    },
    onPointerUp: isOver,
    // A finger that scrolls the page instead is never told to have been lifted.
    onPointerCancel: isOver,
  };
}
