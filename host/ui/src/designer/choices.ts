// The choices of a list as rows while one types. A document holds each value once, so what is half typed, without a value or with one that
// another row has, is kept as a row and told; it reaches the document once its value is its own.
import type { JsonObject } from '../chart/document';

export interface ChoiceRow {
  value: string;
  text: string;
}

export function rowsOf(choices: JsonObject): ChoiceRow[] {
  return Object.entries(choices).map(([value, text]) => ({ value, text: String(text) }));
}

/** Of rows with the same value the first counts: it was there before the other was typed. */
export function choicesOf(rows: ChoiceRow[]): JsonObject {
  const counting = rows.filter((row, index) => row.value !== '' && !isRepeated(rows, index));
  return Object.fromEntries(counting.map((row) => [row.value, row.text]));
}

/** Whether a row further up has the value of this one. */
export function isRepeated(rows: ChoiceRow[], index: number): boolean {
  const value = rows[index]?.value;
  return value !== '' && rows.findIndex((row) => row.value === value) < index;
}

/** The first free number behind all that are there: one that was removed from among them may be stored in tickets with its old meaning. */
export function freeValue(rows: ChoiceRow[]): string {
  const numbers = rows.map((row) => Number(row.value)).filter((number) => Number.isSafeInteger(number) && number < Number.MAX_SAFE_INTEGER);
  return String(Math.max(0, ...numbers) + 1);
}
