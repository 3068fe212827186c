import { useEffect, useRef, useState } from "preact/hooks";
import type { Self } from "../../protocol/objects.ts";
import { get, isFinal, pathOf } from "./api.ts";
import type { Heard } from "./known.ts";

/** What the token may do with the cluster; null: not known. While it is not, each answer of the cluster is a reason to ask once more. */
export function useRole(token: string, cluster: string, heard: Heard | null): Self["role"] | null {
  const [role, setRole] = useState<Self["role"] | null>(null);
  const isAsked = useRef(false);
  useEffect(() => {
    if (isAsked.current) return;
    isAsked.current = true;
    void get<Self>(token, pathOf(cluster, "self")).then((answer) => {
      if (answer.kind === "ok") setRole(answer.value.role);
      else isAsked.current = answer.kind === "refused" && isFinal(answer.problem);
    });
  }, [heard]);
  return role;
}
