// How much room a text takes, estimated a little generously, so that the layout can reserve it before anything is drawn.
// Estimates keep the layout the same in every browser and in tests; CSS clips what an unusual font makes wider.

const WIDE = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|[\u{1f300}-\u{1faff}]/u;
const NARROW = /[ijl.,:;'|!()[\]{}I]/;
const BROAD = /[mwMW@%]/;

/** Pixels of a line at a font size. */
export function textWidth(text: string, fontPx: number): number {
  let ems = 0;
  for (const character of text) {
    if (WIDE.test(character)) ems += 1.02;
    else if (NARROW.test(character)) ems += 0.36;
    else if (BROAD.test(character)) ems += 0.95;
    else ems += /[A-Z]/.test(character) ? 0.74 : 0.6;
  }
  return Math.ceil(ems * fontPx);
}

export interface Wrapping {
  fontPx: number;
  widthPx: number;
  linesMax: number;
}

/** The text in lines that fit, broken at blanks (not at those that do not break); what is too long ends in an ellipsis. */
export function wrapped(text: string, { fontPx, widthPx, linesMax }: Wrapping): string[] {
  const lines: string[] = [];
  let rest = text.replace(/[ \t\r\n]+/g, ' ').trim();
  while (rest !== '' && lines.length < linesMax) {
    const end = fitting(rest, fontPx, widthPx);
    if (end === rest.length) {
      lines.push(rest);
      rest = '';
      break;
    }
    const isLast = lines.length === linesMax - 1;
    const blank = rest.lastIndexOf(' ', end);
    const cut = !isLast && blank > end / 2 ? blank : end;
    lines.push(rest.slice(0, cut).trim());
    rest = rest.slice(cut).trim();
  }
  const last = lines.length - 1;
  if (rest !== '' && last >= 0) lines[last] = shortened(lines[last] ?? '', fontPx, widthPx);
  return lines;
}

/** How many code units fit; at least one character. */
function fitting(text: string, fontPx: number, widthPx: number): number {
  let end = 0;
  for (const character of text) {
    if (end > 0 && textWidth(text.slice(0, end + character.length), fontPx) > widthPx) return end;
    end += character.length;
    if (end > 400) return end;
  }
  return end;
}

function shortened(line: string, fontPx: number, widthPx: number): string {
  let characters = [...line];
  while (characters.length > 1 && textWidth(`${characters.join('')}…`, fontPx) > widthPx) characters = characters.slice(0, -1);
  return `${characters.join('').trimEnd()}…`;
}
