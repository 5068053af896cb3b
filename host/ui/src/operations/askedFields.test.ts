// Fields of a dry run: the start's, and apart from them those of later forms.
import { expect, it } from 'vitest';
import { askedFields, type Definition } from './askedFields';

it('asks for the fields of the start, and apart for those that only a later form takes', () => {
  const field = (key: string, order_id: number) => ({ key, name: key, kind: 'string', order_id }) as const;
  const states: Definition['states'] = [
    { kind: 'start', field_access: { title: 'required', days: 'optional', sn: 'read_only' } },
    { kind: 'normal', field_access: { days: 'required', approved: 'required', note: 'optional', secret: 'read_only' } },
  ];
  const definition = { name: 'w', states, fields: [field('note', 40), field('approved', 31), field('days', 30), field('secret', 32)] };
  const { first, later } = askedFields(definition, 'Title');
  expect(first.map((one) => [one.key, one.required])).toEqual([['title', true], ['days', false]]);
  expect(later.map((one) => [one.key, one.required])).toEqual([['approved', false], ['note', false]]);
});
