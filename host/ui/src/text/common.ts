// The pair of shared dictionaries: `const t = useText(common)`.
import { en } from './en';
import { zh } from './zh';

export const common = { en, zh };
