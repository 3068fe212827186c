/** One request as it came to a receiver: headers in lower case, the body octet for octet, and what was answered. */
export type Received = { readonly headers: Record<string, string>; readonly body: string; readonly answered: number };

/** How a box answers: each status once, the last one from then on. 0: not at all. */
export type Answers = readonly number[];

declare module "vitest" {
  export interface ProvidedContext {
    receiverUrl: string;
  }
}
