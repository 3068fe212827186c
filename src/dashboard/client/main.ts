import type { ClusterList } from "../../protocol/clusters.ts";
import type { ProblemDetails } from "../../protocol/problems.ts";
import { get, isFinal, sentenceOfProblem } from "./api.ts";
import { Board } from "./board.ts";
import { type Credentials, forget, keep, kept, namedCluster, showCluster, takeFragment } from "./credentials.ts";
import { h, part, setText } from "./dom.ts";

takeFragment();

const form = part("sign-in", HTMLFormElement);
const tokenField = part("token", HTMLInputElement);
const clusterField = part("cluster-name", HTMLInputElement);
const select = part("cluster", HTMLSelectElement);
const oneCluster = part("cluster-label", HTMLElement);

/** What is asked of a deployment that has nothing to show yet, or does not answer. */
const againMs = 2_000;

let board: Board | null = null;
let againTimer: number | undefined;
/** Grows with each start: what was asked for an earlier one is not wanted any more. */
let run = 0;

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const token = tokenField.value.trim();
  const cluster = clusterField.value.trim();
  tokenField.value = "";
  if (token === "") return;
  const credentials = { token, cluster: cluster === "" ? null : cluster };
  keep(credentials);
  void start(credentials);
});

part("sign-out", HTMLButtonElement).addEventListener("click", () => {
  forget();
  askForToken(null);
});

select.addEventListener("change", () => {
  const credentials = kept();
  if (credentials === null) return askForToken(null);
  select.title = select.value;
  showCluster(select.value);
  show(credentials.token, select.value);
});

// A link that is opened while the page is open changes the fragment and loads nothing.
window.addEventListener("hashchange", () => {
  takeFragment();
  begin();
});

begin();

function begin(): void {
  const credentials = kept();
  if (credentials === null) askForToken(null);
  else void start(credentials);
}

/** The admin token can list the clusters; a token of one cluster cannot, and needs that cluster's name. */
async function start(credentials: Credentials): Promise<void> {
  const { token, cluster } = credentials;
  stop();
  const started = run;
  switchTo("board");
  const list = await get<ClusterList>(token, "/clusters");
  if (started !== run) return;
  if (list.kind === "ok")
    return choose(
      credentials,
      list.value.clusters.map(({ name }) => name),
    );
  if (list.kind === "refused" && isFinal(list.problem)) {
    if (cluster !== null) return choose(credentials, [cluster]);
    forget();
    return askForToken(`${sentenceOfProblem(list.problem)} ${needsName}`);
  }
  const why = list.kind === "refused" ? sentenceOfProblem(list.problem) : "The control plane does not answer.";
  wait(credentials, `${why} This page goes on asking.`);
}

const needsName = "If the token is for one cluster only, its name is needed as well.";

function choose(credentials: Credentials, names: readonly string[]): void {
  const wanted = credentials.cluster?.toLowerCase();
  const chosen = names.find((name) => name.toLowerCase() === wanted) ?? names[0];
  if (chosen === undefined)
    return wait(credentials, "There is no cluster yet: bridgehead cluster apply -f FILE makes one.");
  select.replaceChildren(...names.map((name) => h("option", { value: name }, name)));
  select.value = chosen;
  select.title = chosen;
  select.hidden = names.length < 2;
  setText(oneCluster, names.length < 2 ? chosen : "");
  show(credentials.token, chosen);
}

function show(token: string, cluster: string): void {
  board?.end();
  board = new Board(token, cluster, (problem: ProblemDetails) => {
    forget();
    askForToken(sentenceOfProblem(problem));
  });
}

function wait(credentials: Credentials, sentence: string): void {
  setText(part("headline", HTMLElement), sentence);
  againTimer = window.setTimeout(() => void start(credentials), againMs);
}

function askForToken(sentence: string | null): void {
  stop();
  switchTo("sign-in");
  setText(part("refusal", HTMLElement), sentence ?? "");
  clusterField.value = namedCluster() ?? "";
  tokenField.focus();
}

function stop(): void {
  run += 1;
  clearTimeout(againTimer);
  board?.end();
  board = null;
  select.hidden = true;
  setText(oneCluster, "");
}

function switchTo(what: "sign-in" | "board"): void {
  form.hidden = what !== "sign-in";
  part("board", HTMLElement).hidden = what !== "board";
  part("sign-out", HTMLElement).hidden = what !== "board";
}
