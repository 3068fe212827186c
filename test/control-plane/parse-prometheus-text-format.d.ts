/** What the tests use of it: the package brings no types of its own. */
declare module "parse-prometheus-text-format" {
  type Metric = { readonly value: string; readonly labels?: Readonly<Record<string, string>> };
  type Family = {
    readonly name: string;
    readonly help: string;
    readonly type: string;
    readonly metrics: readonly Metric[];
  };
  export default function parsePrometheusTextFormat(text: string): readonly Family[];
}
