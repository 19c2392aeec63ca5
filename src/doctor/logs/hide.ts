import { redact } from '../../common/redact.ts';
import type { LogLine } from './lines.ts';

const keyBegins = /-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----/;
const keyEnds = /-----END [A-Z0-9 ]*PRIVATE KEY-----/;
/** A line of a key: base64, the headers of an encrypted one, or nothing. */
const keyMaterial = /[A-Za-z0-9+/=]{20}|^\s*[A-Za-z0-9+/=]*\s*$|^\s*(?:Proc-Type|DEK-Info|Comment):/;

/** Hides what looks like a secret in the lines of one log, given one after the other: a private key is printed over many. */
export class LineHider {
  /** Within a private key: no line may be left out before it has ended. */
  inKey = false;

  hide(text: string): string {
    if (this.inKey) {
      const ends = keyEnds.test(text);
      this.inKey = !ends && keyMaterial.test(text);
      if (this.inKey || ends) return '***private key***';
    }
    this.inKey = keyBegins.test(text) && !keyEnds.test(text);
    return redact(text);
  }
}

/** The same block by block. A block without anything suspicious, as most are, is given back as it is. */
export function secretHider(): (block: readonly LogLine[]) => readonly LogLine[] {
  const hider = new LineHider();
  return (block) => {
    const whole = block.map(({ text }) => text).join('\n');
    if (!hider.inKey && redact(whole) === whole) return block;
    return block.map((line) => ({ ...line, text: hider.hide(line.text) }));
  };
}
