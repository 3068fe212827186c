import type { ClusterObject } from "./cluster-object.ts";
import type { KeptOut } from "./credential.ts";
import type { Principal } from "./route.ts";

/** What of the object can be asked together with a credential. Each only looks, and is answered at once. */
export type Topic =
  | "enumerate"
  | "events"
  | "failovers"
  | "figures"
  | "listWebhooks"
  | "operations"
  | "readRegistry"
  | "snapshot"
  | "sourceAddress"
  | "view"
  | "virtualServer"
  | "webhook";

type Arguments = { readonly [T in Topic]: Parameters<ClusterObject[T]> };
type Answers = { readonly [T in Topic]: ReturnType<ClusterObject[T]> };
type Answerers = { readonly [T in Topic]: (...args: Arguments[T]) => Answers[T] };

type QuestionOn<T extends Topic> = { readonly topic: T; readonly args: Arguments[T] };
export type Question = { readonly [T in Topic]: QuestionOn<T> }[Topic];

/** What came of a question and the credential that it came with. */
export type Judged =
  | { readonly kind: "answered"; readonly principal: Principal; readonly answer: Answers[Topic] }
  | KeptOut;

/** A question, and what is made of the answer for those who may have it. */
export type Asking = {
  readonly question: Question;
  readonly respond: (answer: Answers[Topic], principal: Principal) => Response;
};

export function asking<T extends Topic>(
  topic: T,
  args: Arguments[T],
  respond: (answer: Answers[T], principal: Principal) => Response,
): Asking {
  const question: QuestionOn<T> = { topic, args };
  // The object answers the topic that the question names.
  return { question: question as Question, respond: respond as Asking["respond"] };
}

/** @param object whose methods the topics are */
export function answerTo<T extends Topic>(object: Answerers, { topic, args }: QuestionOn<T>): Answers[T] {
  return object[topic](...args);
}
