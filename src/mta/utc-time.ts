/** UTCTime of X.409 with seconds, `YYMMDDhhmmssZ`: the common reference of a session connection. */
export function utcTime(date: Date): string {
  const digits = date.toISOString().replace(/\D/g, "");
  return `${digits.slice(2, 14)}Z`;
}
