/**
 * Whether two values of this program's data say the same, the order of their fields included. Nothing is changed in place, so what two
 * values have in common is most often one object in both, and is not looked into.
 */
export function alike(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (typeof one !== "object" || typeof other !== "object" || one === null || other === null) return false;
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  const [names, others] = [Object.keys(one), Object.keys(other)];
  if (names.length !== others.length) return false;
  const [of, otherOf] = [one as Fields, other as Fields];
  return names.every((name, index) => name === others[index] && alike(of[name], otherOf[name]));
}

type Fields = Readonly<Record<string, unknown>>;
