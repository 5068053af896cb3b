// What a text is as JSON; without any page around it, so that it can be tested.

export type JsonWish = 'object' | 'list' | 'any';

export function jsonKind(text: string): 'empty' | 'broken' | 'object' | 'list' | 'other' {
  if (text.trim() === '') return 'empty';
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return 'broken';
  }
  if (Array.isArray(value)) return 'list';
  return typeof value === 'object' && value !== null ? 'object' : 'other';
}
