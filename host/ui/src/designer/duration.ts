// Seconds as a number with the largest unit that takes them whole.
export const UNITS = { days: 86_400, hours: 3600, minutes: 60, seconds: 1 } as const;
export type Unit = keyof typeof UNITS;

export function unitOf(seconds: number): Unit {
  const names = Object.keys(UNITS) as Unit[];
  return names.find((unit) => seconds > 0 && seconds % UNITS[unit] === 0) ?? 'minutes';
}

/** What the server holds is a 32-bit number. */
export const SECONDS_MAX = 2_147_483_647;

export function secondsOf(count: number, unit: Unit): number {
  return Math.min(SECONDS_MAX, Math.max(0, Math.round(count * UNITS[unit])));
}
