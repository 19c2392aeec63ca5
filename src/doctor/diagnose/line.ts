import { harmless, withoutEscapes } from '../../common/output/style.ts';

/** Characters of a line that are looked at: a program that writes more in one line says nothing new there. */
export const longestLine = 2048;

/** A line as it looks on a terminal at the end: without escapes, and only what the last carriage return left standing. */
export function plain(text: string): string {
  let line = withoutEscapes(text.length > longestLine ? text.slice(0, longestLine) : text);
  if (line.includes('\r')) line = line.replace(/\r+$/, '').split('\r').at(-1)!;
  return harmless(line);
}

/**
 * A line without what differs from run to run: directories, temporary names, ids, hashes, times and numbers. Two lines that
 * say the same are equal afterwards.
 */
export const normalise = (line: string): string =>
  line
    .replace(/\/tmp\/[^\s'"`:,)\]]+/g, '/tmp')
    .replace(/(?:\/[\w.@+~-]+)+\//g, '/')
    .replace(/\b[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F-]{21,26}\b/g, 'H')
    .replace(/\b[0-9a-fA-F]{7,}\b/g, (word) => (/\d/.test(word) ? 'H' : word))
    .replace(/\d+(?:[.,:T-]\d+)*Z?/g, '0')
    .replace(/\b0 ?(?:[mµn]?s|min|h|[kKMG]i?B|B)\b/g, '0')
    .replace(/\s+/g, ' ')
    .trim();

/** Said because something else went wrong before: never a cause. */
const cascade =
  /^make(?:\[\d+\])?: \*\*\* (?!No rule )|^(?:npm (?:ERR!|error) )(?:Lifecycle script|command failed|code ELIFECYCLE|errno|path|A complete log|workspace|location)|[Pp]rocess completed with exit code \d{1,2}\b|^error: could not compile|^error: aborting due to|^error: test failed, to rerun|^Some errors have detailed explanations|^For more information about this error|^ninja: build stopped|collect2: error: ld returned|^(?:gmake|ninja|cmake): .{0,40}(?:failed|Error)|^\s*(?:❌|🏁)|RUN exit status \d{1,2}$|^exit status \d{1,2}$|^Job '.*' failed$|^exitcode '\d{1,2}': failure$|ELIFECYCLE|^error Command failed|^BUILD FAILED|^FAILED: |^FAIL$|^FAIL\s+[\w./-]+\s+[\d.]+s$|^error: process didn't exit successfully/;

export const isCascade = (line: string): boolean => cascade.test(line);

/** What the runner says about a step or a job, or nothing: no word of the job's own. */
export const isSaidByRunner = (line: string): boolean =>
  line.trim() === '' || /^\s*[⭐✅❌🏁]|^Job '|^⚙️ \[runner\]/u.test(line);

/**
 * What the runner or the shell says about what it is about to do, warnings, and what tests print that go well, their names
 * included: never a cause either.
 */
const chatter =
  /^(?:\s*[⭐✅☁🚀🐳🧪❓]|\++ |(?:npm )?warn(?:ing)?\b|W:|sudo: unable to resolve host |(?:remote: )?hint: |cargo:warning=|[\w ]{1,40}[:=]\s*0\s*$|##\[(?:group|endgroup|warning|debug|command)\]|\s*(?:✓|✔|√|▶|ok \d|PASS(?:ED)?\b|SKIP(?:PED)?\b|XFAIL\b|# |=== (?:RUN|PAUSE|CONT|NAME)|--- (?:PASS|SKIP)|\w+_test\.go:\d+:))|\.\.\. (?:ok|ignored)$| (?:PASSED|SKIPPED|XFAIL)\b.{0,20}$|\blevel=(?:debug|info|trace)\b|\((?:ignored|handled|skipp\w+)[^()]*\)\s*$/iu;

export const isChatter = (line: string): boolean => chatter.test(line);

const retry =
  /will (?:be )?retr(?:y|ied)|retrying|retries left|tries remaining|trying again|attempt \d+ ?(?:of|\/) ?\d+|retry (?:in|\d)|waiting for .{1,60} to (?:be|come|start)/i;

/** Says that it will be tried again. */
export const isRetry = (line: string): boolean => retry.test(line);

const waiting = /\bwaiting for\b|[,;] waiting\b|waiting\.{2,}|\bsleep(?:ing)? \d/i;

/** Says that somebody waits: a trial, too, where what failed is what is waited for. */
export const isWaiting = (line: string): boolean => waiting.test(line);

const givingUp =
  /\bgiv(?:e|en|ing) up\b|\bgave up\b|\b(?:0|no(?: more)?) (?:retries|tries|attempts?)(?: (?:left|remaining))?\b|(?:attempts?|retries|tries) (?:were |are )?exhausted|(?:max(?:imum)?\.?|too many) (?:number of )?(?:retries|attempts|tries)|(?:failed|timed out|unsuccessful|not (?:ready|up|reachable)) after \d+/i;
const numbered = /(?:attempt |trial |try |\()(\d+) ?(?:of|\/) ?(\d+)/i;

/** Says that there are no more trials: in words, or as the last of so many. */
export function isGivingUp(line: string): boolean {
  const [, at, of] = numbered.exec(line) ?? [];
  return (at !== undefined && at === of) || givingUp.test(line);
}

const recovery =
  /\b(?:is|are|now|came|come) (?:up|ready|healthy|reachable|available|running|online)\b|\bok now\b|\b(?:connected|connection (?:established|succeeded)|succeeded|downloaded)\b/i;
const notRecovered = /\b(?:not|never|n't|until|whether|if|check)\b|\?/i;

/** Says that what went wrong before goes well now. */
export const isRecovery = (line: string): boolean => recovery.test(line) && !notRecovered.test(line);

/** Looks like an error, for logs that no rule knows. */
const troubled =
  /\b(?:error|errors|fatal|failed|failure|panic|exception|traceback|cannot|can't|could not|couldn't|unable|denied|refused|missing|not found|invalid|abort(?:ed)?|unexpected|killed|undefined|unbound|no such|no rule to make|not signed|NO_PUBKEY|E:)\b/i;
const peaceful =
  /\b(?:0|no|zero|without) (?:errors?|failures?|failed|warnings?)\b|\b(?:errors?|failures?|failed)\s*[:=]\s*0\b|^\s*(?:ok|✓|✔|√|PASS|PASSED)\b|if (?:it|this) fails|errors? (?:handling|page)|on error/i;

export const looksWrong = (line: string): boolean => troubled.test(line) && !peaceful.test(line) && !isChatter(line);
