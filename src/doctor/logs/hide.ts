import { withoutEscapes } from '../../common/output/style.ts';
import { redact } from '../../common/redact.ts';
import type { LogLine } from './lines.ts';

const keyBegins = /-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----/;
const keyEnds = /-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----/;
/** A line of a key: base64, the headers of an encrypted or a PGP one, or nothing; behind what BuildKit or compose put before it. */
const keyMaterial =
  /[A-Za-z0-9+/=]{20}|^\s*(?:#\d+ [\d.]+ |\S{1,60} *\| )?\s*(?:[A-Za-z0-9+/=]*\s*$|(?:Proc-Type|DEK-Info|Comment|Version|Charset|Hash):)/;

/** Hides what looks like a secret in the lines of one log, given one after the other: a private key is printed over many. */
export class LineHider {
  /** Within a private key: no line may be left out before it has ended. */
  inKey = false;

  hide(text: string): string {
    const bare = withoutEscapes(text);
    if (this.inKey) {
      const ends = keyEnds.test(bare);
      this.inKey = !ends && keyMaterial.test(bare);
      if (this.inKey || ends) return '***private key***';
    }
    this.inKey = keyBegins.test(bare) && !keyEnds.test(bare);
    return redactColored(text);
  }
}

/** What a terminal is told and does not print: a title, the address of a link. */
const unprinted = /\x1b\][^\x07\x1b\n]*/g;

/** Colours may stand between a name and its value, or within either: such a line is given without them. */
function redactColored(line: string): string {
  const text = line.includes('\x1b]') ? line.replace(unprinted, redact) : line;
  const bare = withoutEscapes(text);
  const clean = redact(bare);
  if (clean === bare) return text;
  const colored = redact(text);
  return withoutEscapes(colored) === clean ? colored : clean;
}

/** The same block by block. A block without anything suspicious, as most are, is given back as it is. */
export function secretHider(): (block: readonly LogLine[]) => readonly LogLine[] {
  const hider = new LineHider();
  return (block) => {
    const whole = block.map(({ text }) => text).join('\n');
    if (!hider.inKey && redactColored(whole) === whole) return block;
    return block.map((line) => ({ ...line, text: hider.hide(line.text) }));
  };
}
