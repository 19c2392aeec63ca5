import { usage } from './errors.ts';

/**
 * Splits text such as `sudo -n -u "deploy user"` into an argument list, by the quoting rules of a POSIX shell and no others:
 * nothing is expanded, and what only a shell could do is refused rather than passed on as a plain argument.
 *
 * @param what names the text in errors, such as `--exec-prefix`
 * @throws ToolError of kind `usage`
 */
export function splitArgv(text: string, what: string): string[] {
  const argv: string[] = [];
  let word: string | undefined;
  let index = 0;
  while (index < text.length) {
    const character = text[index]!;
    if (/\s/.test(character)) {
      if (word !== undefined) argv.push(word);
      word = undefined;
      index += 1;
    } else if (character === "'") {
      const end = text.indexOf("'", index + 1);
      if (end < 0) throw unbalanced(what, "'");
      word = (word ?? '') + text.slice(index + 1, end);
      index = end + 1;
    } else if (character === '"') {
      const [part, end] = doubleQuoted(text, index + 1, what);
      word = (word ?? '') + part;
      index = end;
    } else if (character === '\\') {
      if (index + 1 >= text.length) throw unbalanced(what, '\\');
      word = (word ?? '') + text[index + 1]!;
      index += 2;
    } else {
      if ('|&;<>()$`'.includes(character)) throw needsShell(what, character);
      word = (word ?? '') + character;
      index += 1;
    }
  }
  if (word !== undefined) argv.push(word);
  return argv;
}

/** The text up to the closing quote, and the index behind it. */
function doubleQuoted(text: string, start: number, what: string): [string, number] {
  let part = '';
  for (let index = start; index < text.length; index += 1) {
    const character = text[index]!;
    if (character === '"') return [part, index + 1];
    if (character === '\\' && '\\"$`'.includes(text[index + 1] ?? ' ')) {
      part += text[index + 1]!;
      index += 1;
    } else {
      if (character === '$' || character === '`') throw needsShell(what, character);
      part += character;
    }
  }
  throw unbalanced(what, '"');
}

const unbalanced = (what: string, character: string) =>
  usage(
    `${what} has a ${character} without its counterpart.`,
    'Close the quote, or put a backslash before the character.',
  );

const needsShell = (what: string, character: string) =>
  usage(
    `${what} is an argument list, not a shell line: ${character} means nothing there.`,
    "Quote it with '…' to pass it on literally, or put the line into a script and name that.",
  );
