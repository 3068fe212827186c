type Answered<T> = { readonly ok: true; readonly value: T } | { readonly ok: false };

/** What was asked for; a refusal is an error of the test. */
export async function expectOk<T>(asked: Promise<Answered<T>>): Promise<T> {
  const answered = await asked;
  if (!answered.ok) throw new Error(`refused: ${JSON.stringify(answered)}`);
  return answered.value;
}
