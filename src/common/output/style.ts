/** Terminal colours, or none. What a word means decides its colour, never the other way round. */
export interface Style {
  good(text: string): string;
  bad(text: string): string;
  warn(text: string): string;
  faint(text: string): string;
  strong(text: string): string;
}

const paint = (open: number, close: number) => (text: string) => `\x1b[${open}m${text}\x1b[${close}m`;
const same = (text: string) => text;

export const colored: Style = {
  good: paint(32, 39),
  bad: paint(31, 39),
  warn: paint(33, 39),
  faint: paint(2, 22),
  strong: paint(1, 22),
};
export const plain: Style = { good: same, bad: same, warn: same, faint: same, strong: same };

const escapes = /\x1b(?:\[[0-9;:?]*[ -/]*[@-~]|\][^\x07\x1b\n]*(?:\x07|\x1b\\)?|[ -/]+[0-~]|[@-_])/g;

/** `text` without terminal escapes (ECMA-48): what stands on the screen. */
export const withoutEscapes = (text: string): string => (text.includes('\x1b') ? text.replace(escapes, '') : text);

/** `text` with terminal control characters made visible, so that data from elsewhere can't drive the reader's terminal. */
export const harmless = (text: string): string =>
  text.replace(/[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, visible);

/** A name from elsewhere that is to stand in a line with others: on one line, and without the tabs that keep them apart. */
export const oneLine = (name: string): string => harmless(name.replace(/[\t\r\n]+/g, ' '));

/** The same for text that was styled already: the colours of `colored` stay. */
export const harmlessStyled = (text: string): string =>
  text
    .split(/(\x1b\[(?:1|2|22|31|32|33|39)m)/)
    .map((part, index) => (index % 2 === 1 ? part : harmless(part)))
    .join('');

function visible(character: string): string {
  const code = character.charCodeAt(0);
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  return code === 0x7f ? '\u2421' : '\ufffd';
}
