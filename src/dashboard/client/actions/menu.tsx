import { createContext, type JSX, type TargetedMouseEvent } from "preact";
import { useContext, useLayoutEffect, useRef } from "preact/hooks";
import { Sign } from "../signs.tsx";
import { type Choice, nameOf, type Target } from "./actions.ts";

export type MenuPlace = {
  readonly target: Target;
  /** Where in the window it opens. */
  readonly x: number;
  readonly y: number;
  /** Has the focus again when it closes. */
  readonly opener: HTMLElement | null;
};

export type Opener = {
  readonly open: (place: MenuPlace) => void;
  /** Whether the text that was pressed on had been marked before. */
  readonly wasMarked: () => boolean;
};

export const MenuOpener = createContext<Opener>({ open: () => {}, wasMarked: () => false });

/** What a right-click on the element does, and the keyboard's key for it. */
export function useMenu(target: Target): (event: MouseEvent) => void {
  const { open, wasMarked } = useContext(MenuOpener);
  return (event) => {
    // Who has marked a text wants to copy it.
    if (wasMarked()) return;
    event.preventDefault();
    event.stopPropagation();
    const { activeElement } = document;
    open({
      target,
      x: event.clientX,
      y: event.clientY,
      opener: activeElement instanceof HTMLElement ? activeElement : null,
    });
  };
}

/** The same for fingers and for keys. */
export function MenuButton({ target }: { readonly target: Target }): JSX.Element {
  const { open } = useContext(MenuOpener);
  const isOpenedBy = ({ currentTarget }: TargetedMouseEvent<HTMLButtonElement>): void => {
    const { left, bottom } = currentTarget.getBoundingClientRect();
    open({ target, x: left, y: bottom, opener: currentTarget });
  };
  return (
    <button
      type="button"
      class="more"
      aria-haspopup="menu"
      aria-label={`Ask of ${nameOf(target)}`}
      data-asks={nameOf(target)}
      onClick={isOpenedBy}
    >
      <Sign name="more" />
    </button>
  );
}

/** The menu pattern of ARIA: arrows, Home and End go through it, Escape and Tab leave it. */
export function Menu(props: {
  readonly place: MenuPlace;
  readonly choices: readonly Choice[];
  /** Why nothing of it can be changed with this token; null: it can. */
  readonly readOnly: string | null;
  readonly choose: (choice: Choice) => void;
  readonly close: () => void;
}): JSX.Element {
  const { place, choices, readOnly, choose, close } = props;
  const menu = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const element = menu.current;
    if (element === null) return;
    const { width, height } = element.getBoundingClientRect();
    element.style.left = `${Math.max(4, Math.min(place.x, innerWidth - width - 4))}px`;
    element.style.top = `${Math.max(4, Math.min(place.y, innerHeight - height - 4))}px`;
    itemsIn(element)[0]?.focus();
  }, [place]);
  useLayoutEffect(() => {
    const leave = ({ target }: Event): void => {
      if (!(target instanceof Node && menu.current?.contains(target) === true)) close();
    };
    document.addEventListener("pointerdown", leave);
    window.addEventListener("resize", close);
    window.addEventListener("hashchange", close);
    return () => {
      document.removeEventListener("pointerdown", leave);
      window.removeEventListener("resize", close);
      window.removeEventListener("hashchange", close);
    };
  }, []);
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === "Escape" || event.key === "Tab") {
      event.preventDefault();
      return close();
    }
    const items = menu.current === null ? [] : itemsIn(menu.current);
    const next = nextIn(
      event.key,
      items.findIndex((item) => item === document.activeElement),
      items.length,
    );
    if (next === null) return;
    event.preventDefault();
    items[next]?.focus();
  };
  return (
    <div class="menu" role="menu" aria-label={`Of ${nameOf(place.target)}`} ref={menu} onKeyDown={onKeyDown}>
      {choices.map((choice) => {
        const isKept = choice.kind === "change" && readOnly !== null;
        return (
          <button
            type="button"
            role="menuitem"
            tabIndex={-1}
            class={choice.kind}
            aria-disabled={isKept}
            onClick={() => (isKept ? undefined : choose(choice))}
          >
            {choice.label}
            {choice.kind === "change" && !isKept ? " …" : ""}
          </button>
        );
      })}
      {readOnly !== null && choices.some(({ kind }) => kind === "change") && <p class="quiet">{readOnly}</p>}
    </div>
  );
}

function itemsIn(menu: HTMLElement): HTMLElement[] {
  return [...menu.querySelectorAll<HTMLElement>("[role=menuitem]")];
}

function nextIn(key: string, at: number, count: number): number | null {
  switch (key) {
    case "ArrowDown":
      return (at + 1) % count;
    case "ArrowUp":
      return (at - 1 + count) % count;
    case "Home":
      return 0;
    case "End":
      return count - 1;
    default:
      return null;
  }
}
