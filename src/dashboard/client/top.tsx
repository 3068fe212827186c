import type { ComponentChildren, JSX } from "preact";

/** The line at the head of each page. */
export function Top(props: {
  readonly cluster: string | null;
  /** Whether there are others that the token may see. */
  readonly hasFleet: boolean;
  readonly forget: () => void;
  readonly children?: ComponentChildren;
}): JSX.Element {
  const { cluster, hasFleet, forget, children } = props;
  return (
    <header class="top">
      <p class="brand">Bridgehead</p>
      {hasFleet && cluster !== null && (
        <a href="#fleet" class="to-fleet">
          All clusters
        </a>
      )}
      {cluster !== null && <p id="cluster-label">{cluster}</p>}
      <p class="status">{children}</p>
      <button type="button" onClick={forget}>
        Forget token
      </button>
    </header>
  );
}
