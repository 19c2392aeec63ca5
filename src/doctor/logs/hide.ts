import { redact } from '../../common/redact.ts';
import type { LogLine } from './lines.ts';

const keyBegins = /-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----/;
const keyEnds = /-----END [A-Z0-9 ]*PRIVATE KEY-----/;
/** A line of a key: base64, the headers of an encrypted one, or nothing. */
const keyMaterial = /[A-Za-z0-9+/=]{20}|^\s*[A-Za-z0-9+/=]*\s*$|^\s*(?:Proc-Type|DEK-Info|Comment):/;

/**
 * Hides what looks like a secret in the lines of one log, given block by block in their order: a private key is printed over
 * many lines. A block without anything suspicious, as most are, is given back as it is.
 */
export function secretHider(): (block: readonly LogLine[]) => readonly LogLine[] {
  let inKey = false;
  return (block) => {
    const whole = block.map(({ text }) => text).join('\n');
    if (!inKey && redact(whole) === whole) return block;
    return block.map((line) => {
      const { text } = line;
      if (inKey) {
        const ends = keyEnds.test(text);
        inKey = !ends && keyMaterial.test(text);
        if (inKey || ends) return { ...line, text: '***private key***' };
      }
      inKey = keyBegins.test(text) && !keyEnds.test(text);
      return { ...line, text: redact(text) };
    });
  };
}
