// The designer's pair of dictionaries: `const t = useText(designerTexts)`.
import { en } from './en';
import { zh } from './zh';

export const designerTexts = { en, zh };
