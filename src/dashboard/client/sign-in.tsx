import type { JSX, TargetedSubmitEvent } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";

export type SignedIn = { readonly token: string; readonly cluster: string | null };

/** Asks for a token. @param refusal why the last one was of no use */
export function SignIn(props: {
  readonly cluster: string | null;
  readonly refusal: string | null;
  readonly enter: (credentials: SignedIn) => void;
}): JSX.Element {
  const { cluster, refusal, enter } = props;
  const field = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => field.current?.focus(), [refusal]);
  const submit = (event: TargetedSubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const [token = "", name = ""] = ["token", "cluster"].map((key) => String(form.get(key) ?? "").trim());
    // Before anything is asked: what fails must not leave it on the screen.
    event.currentTarget.reset();
    if (token !== "") enter({ token, cluster: name === "" ? null : name });
  };
  return (
    <form class="sign-in" onSubmit={submit}>
      <h1>Show a cluster</h1>
      <p id="refusal" class="problem" role="alert">
        {refusal}
      </p>
      <p>
        <label for="token">Token</label>
        <input
          id="token"
          name="token"
          type="password"
          autocomplete="off"
          spellcheck={false}
          required
          aria-describedby="token-help"
          ref={field}
        />
      </p>
      <p id="token-help" class="quiet">
        Any token of the cluster, or the admin token, which the file admin.token in the data folder holds. It stays in
        this tab, is sent in no address, and is gone when the tab is closed.
      </p>
      <p>
        <label for="cluster-name">Cluster</label>
        <input
          id="cluster-name"
          name="cluster"
          autocomplete="off"
          spellcheck={false}
          defaultValue={cluster ?? ""}
          aria-describedby="cluster-help"
        />
      </p>
      <p id="cluster-help" class="quiet">
        Needed with a token that is for one cluster only.
      </p>
      <p>
        <button type="submit" class="primary">
          Show
        </button>
      </p>
    </form>
  );
}
