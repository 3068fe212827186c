import type { ComponentChildren, JSX } from "preact";
import { useState } from "preact/hooks";
import type { ClusterView } from "../../../cluster/questions/view.ts";
import type { Self } from "../../../protocol/objects.ts";
import { type Choice, choicesFor, nameOf, standing } from "./actions.ts";
import { ExplainDialog } from "./explain.tsx";
import { useMarked } from "./marked.ts";
import { Menu, MenuOpener, type MenuPlace } from "./menu.tsx";
import { ChangeDialog, WhatIfDialog } from "./what-if.tsx";

type Open =
  | { readonly kind: "nothing" }
  /** Its choices are those of the moment when it was opened: none changes under the pointer that is about to choose it. */
  | { readonly kind: "menu"; readonly place: MenuPlace; readonly choices: readonly Choice[] }
  | { readonly kind: "choice"; readonly choice: Choice; readonly place: MenuPlace };

/** Where what is on the page is asked about and changed: its menu, and one dialog at a time. */
export function Desk(props: {
  readonly token: string;
  readonly cluster: string;
  readonly view: ClusterView | null;
  readonly role: Self["role"] | null;
  readonly children: ComponentChildren;
}): JSX.Element {
  const { token, cluster, view, role, children } = props;
  const [open, setOpen] = useState<Open>({ kind: "nothing" });
  const close = (): void => {
    // The element that has the focus goes with what is closed.
    if (open.kind !== "nothing") focusBack(open.place);
    setOpen({ kind: "nothing" });
  };
  const openMenu = (place: MenuPlace): void => {
    const choices = view === null ? [] : choicesFor(place.target, view);
    if (choices.length > 0) setOpen({ kind: "menu", place, choices });
  };
  const wasMarked = useMarked();
  const of = { token, cluster, close };
  return (
    <MenuOpener.Provider value={{ open: openMenu, wasMarked }}>
      {children}
      {open.kind === "menu" && (
        <Menu
          place={open.place}
          choices={open.choices}
          readOnly={whyReadOnly(role)}
          choose={(choice) => setOpen({ kind: "choice", choice, place: open.place })}
          close={close}
        />
      )}
      {open.kind === "choice" && (
        <ChoiceDialog of={of} choice={open.choice} present={view === null ? "" : standing(view)} />
      )}
    </MenuOpener.Provider>
  );
}

/** To where it was opened; a group that has moved meanwhile has its button elsewhere. */
function focusBack({ opener, target }: MenuPlace): void {
  const button = document.querySelector<HTMLElement>(`[data-asks="${CSS.escape(nameOf(target))}"]`);
  (opener?.isConnected === true && opener !== document.body ? opener : button)?.focus();
}

type Of = { readonly token: string; readonly cluster: string; readonly close: () => void };

function ChoiceDialog(props: { readonly of: Of; readonly choice: Choice; readonly present: string }): JSX.Element {
  const { of, choice, present } = props;
  switch (choice.kind) {
    case "explain":
      return <ExplainDialog {...of} group={choice.group} />;
    case "what-if":
      return <WhatIfDialog {...of} asked={choice} />;
    case "change":
      return <ChangeDialog {...of} change={choice} present={present} />;
  }
}

/** The control plane decides; the page only says beforehand what it would answer. */
function whyReadOnly(role: Self["role"] | null): string | null {
  if (role === "admin" || role === "operator") return null;
  return role === null
    ? "Whether this token may change anything is not known yet."
    : `This token is a ${role}'s: to change something takes an operator's.`;
}
