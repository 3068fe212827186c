/**
 * Whether two values say the same. Most often both are one object, as nothing is changed in place; where they are not, each was written
 * by one place of this program, with its fields in one order.
 */
export function alike(one: unknown, other: unknown): boolean {
  return one === other || JSON.stringify(one) === JSON.stringify(other);
}
