/** Secrets this process was given, longest first: a secret that is part of another must not leave the other's rest. */
let known: readonly string[] = [];

/**
 * Hides `value` from now on, in whatever is printed, stored or sent: as it is, line by line, and as URLs and JSON write it.
 * Values shorter than four characters are ignored: hiding them would eat ordinary words.
 *
 * @param names what is shown anyway, such as the user's and the database's name: a password that repeats one of them is no
 *   secret by itself, and hiding it would eat paths and commands. Where it stands as a password it is hidden all the same.
 */
export function hideSecret(value: string | undefined, names: readonly (string | undefined)[] = []): void {
  if (value === undefined || names.includes(value)) return;
  const forms = [value, ...value.split(/\r?\n/)]
    .map((part) => part.trim())
    .filter((part) => part.length >= 4)
    .flatMap((part) => [part, percentEncoded(part), JSON.stringify(part).slice(1, -1)]);
  if (forms.length > 0) known = [...new Set([...known, ...forms])].sort((a, b) => b.length - a.length);
}

/** What `hideSecret` was given, in all forms: for those who look for secrets in bytes (suspects.ts). */
export const knownSecrets = (): readonly string[] => known;

/** Half of a surrogate pair has no percent-encoding. */
const percentEncoded = (text: string): string => encodeURIComponent(text.replace(/\p{Surrogate}/gu, '\ufffd'));

// Everything below takes time in proportion to the text, whatever the text: nothing scans one stretch from many starts.
// NOPASSWD: is a word of sudoers, and what follows it is a command.
const secretName =
  '(?:password|(?<!\\bno)passwd|passphrase|secret(?:[_-]?key)?|token|(?:api|access|private|account)[_-]?key)["\']?';
// Words that are also said of tests, and of the directory that a shell is in.
const passName = '(?:_pass|(?<![a-z0-9])pass(?==)|_pwd)["\']?';
const pwdName = '(?:(?<![a-z0-9_])pwd(?==)|["\']pwd["\'])';
const quoted = String.raw`(["'])(?:(?!\2)[^\\\r\n]|\\.)+\2`;
const raw = String.raw`[^\s&,;"']+(?:["'][^\s&,;"'}\])]+)*|["'][^\s"']+`;

/** Tokens that are known by how they begin. */
const tokens: readonly string[] = [
  'gh[pousr]_[A-Za-z0-9]{20,}',
  'github_pat_[A-Za-z0-9_]{20,}',
  'gl(?:pat|dt|rt|ptt|cbt|ft|soat)-[A-Za-z0-9_-]{16,}',
  'A[KS]IA[A-Z0-9]{16}',
  'AIza[A-Za-z0-9_-]{30,}',
  'xox[abprs]-[A-Za-z0-9-]{10,}',
  String.raw`eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}`,
  'npm_[A-Za-z0-9]{30,}',
  'pypi-AgE[A-Za-z0-9_-]{16,}',
  'dckr_[po]at_[A-Za-z0-9_-]{16,}',
  String.raw`hv[sbr]\.[A-Za-z0-9_-]{20,}`,
  '[sr]k_(?:live|test)_[A-Za-z0-9]{16,}',
  'sk-(?:proj|ant|svcacct)-[A-Za-z0-9_-]{16,}',
  'do[por]_v1_[a-f0-9]{32,}',
  'AGE-SECRET-KEY-1[A-Z0-9]{16,}',
];

/** The value of a name that was matched, without its quotes, so that JSON stays JSON. */
const value = (_: string, before: string, quote = '') => `${before}${quote}***${quote}`;

/** Hides what stands behind an option of a command, given the rest of its line. */
const within = (option: RegExp) => (command: string) => command.replace(option, value);
const withUser = within(
  /(\s(?:-[uU]\s{0,8}|-[a-zA-Z]{1,8}[uU]\s{1,8}|--(?:proxy-)?user[\s=]{1,8})(?=["']?[^\s:"']{0,200}:)(?:[^\s:"']{0,200}:)?)(?:(["'])[^"'\r\n]+\2|[^\s"']+)/g,
);
const withPassword = within(/(\s-p)(?!\d{1,5}:)(?:(["'])[^"'\r\n]+\2|[^\s"']+)/g);
const withLogin = within(/(\s-p(?:\s{1,8}|=))(?:(["'])[^"'\r\n]+\2|[^\s"'-][^\s"']*)/g);

const patterns: readonly [RegExp, typeof value | ((match: string) => string) | string][] = [
  [
    /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----[\s\S]*?(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----|$)/g,
    '***private key***',
  ],
  [/\b(authorization["']?\s{0,8}[:=]\s{0,8}["']?(?:basic|bearer|digest|negotiate|token)\s+)[^\s"',]+/gi, '$1***'],
  [/\b(authorization["']?\s{0,8}[:=]\s{0,8}["']?)[^\s"',]{16,}/gi, '$1***'],
  [/\b((?:bearer|basic)\s{1,8})(?=[^\s\d]{0,64}\d)[A-Za-z0-9._~+/=-]{16,}/gi, '$1***'],
  // NAME=value, also inside a query or a connection string: the value ends where those end it, unless it is quoted.
  [new RegExp(String.raw`(${secretName}\s{0,8}=(?!=)\s{0,8})(?:${quoted}|${raw})`, 'gi'), value],
  [
    new RegExp(
      String.raw`(${passName}\s{0,8}[=:](?!=)\s{0,8})(?!(?:\d{1,3}|true|false|yes|no|ok)\b)(?:${quoted}|${raw})`,
      'gi',
    ),
    value,
  ],
  [
    new RegExp(String.raw`(${pwdName}\s{0,8}[=:]\s{0,8})(?!["']?(?:[/~.$]|[a-z]:[/\\]))(?:${quoted}|${raw})`, 'gi'),
    value,
  ],
  // Of Docker's config.json and of .npmrc: user and password in base64.
  [/(["']auth["']\s{0,8}:\s{0,8})(["'])(?=[^"']{0,500}[A-Z0-9=])[A-Za-z0-9+/=_-]{8,}\2/g, value],
  [/((?<![A-Za-z0-9])_auth\s{0,8}=\s{0,8})(?:(["'])[^"'\r\n]+\2|[^\s"']+)/g, value],
  // NAME: value; a bracket behind it closes what stood before. In prose a short word behind the colon is more likely a count or a word: "token: 3 of 5".
  [new RegExp(String.raw`(${secretName}\s{0,8}:\s{0,8})(?:${quoted}|[^\s&,;"']{3,}[^\s&,;"')\]}])`, 'gi'), value],
  [new RegExp(String.raw`((?<!-)--[a-z-]{0,20}${secretName}\s{1,8})(?:${quoted}|[^\s"'-][^\s"']{3,})`, 'gi'), value],
  // ALTER ROLE … PASSWORD 'value'
  [/\b(password\s{1,8})(')(?:[^'\r\n]|'')+'/gi, value],
  [/\bcurl [^\r\n]*/g, withUser],
  [/\b(?:mysql|mariadb)[a-z-]{0,20}\s[^\r\n]*/g, withPassword],
  [/\blogin\s[^\r\n]*/g, withLogin],
  [/(\bsshpass\s{1,8}(?:-v\s{1,8})?-p\s{0,8})(?:(["'])[^"'\r\n]+\2|[^\s"']+)/g, value],
  [/(\bhooks\.slack\.com\/services\/)[A-Za-z0-9/_-]+/g, '$1***'],
  [new RegExp(String.raw`\b(?:${tokens.join('|')})`, 'g'), '***'],
];

/**
 * What all patterns above need, as suspects.ts: text without it is let through ten times as fast, and most text is without it.
 * In groups by their first letter: one after the other they take twice as long.
 */
const suspicious = new RegExp(
  [
    String.raw`a(?:uthorization|uth\\?["']|(?:pi|ccess|ccount)[_-]?key|[ks]ia|iza)`,
    'b(?:earer|asic)',
    'curl ',
    'd(?:ckr_|o[por]_v1_)',
    'eyj',
    'g(?:h[pousr]_|ithub_pat_|l(?:pat|[drf]t|ptt|cbt|soat)-)',
    String.raw`hv[sbr]\.`,
    'k_(?:live|test)_',
    'login',
    'm(?:ysql|ariadb)',
    'npm_',
    String.raw`p(?:rivate(?: |[_-]?)key|ass(?:w|phrase|=)|wd(?:=|\\?["'])|ypi-)`,
    's(?:ecret|shpass|lack|k-(?:proj|ant|sv))',
    'token',
    'xox[abprs]-',
    '_(?:auth|pass|pwd)',
  ].join('|'),
  'i',
);

/** `text` with known secrets and what looks like one (passwords in URLs, tokens, private keys) replaced by `***`. */
export function redact(text: string): string {
  let clean = text;
  for (const secret of known) if (clean.includes(secret)) clean = clean.replaceAll(secret, '***');
  if (clean.includes('@')) clean = clean.replace(/:\/\/[^\s<>]+/g, withoutUserinfo);
  if (!suspicious.test(clean)) return clean;
  for (const [pattern, replacement] of patterns) clean = clean.replace(pattern, replacement as string);
  return clean;
}

/**
 * `://user:password@host` and `://token@host` without the secret. The password may hold `@`, `:` and `/`, written raw by
 * someone who did not encode them; digits and then the end of an authority are a port, not a password.
 */
const withoutUserinfo = (rest: string): string =>
  !rest.includes('@')
    ? rest
    : rest
        .replace(/^(:\/\/[^\s:/@[]*):(?!PASSWORD@|\d{1,5}(?:[/?#"',;)]|$)).+@/, '$1:***@')
        .replace(/^(:\/\/)[^\s:/@]{20,}@/, '$1***@');

/** A copy of a JSON-like value, as JSON would write it, with every string in it redacted. */
export function redactValue<T>(value: T): T {
  if (typeof value === 'string') return redact(value) as T;
  if (Array.isArray(value)) return value.map(redactValue) as T;
  if (value === null || typeof value !== 'object') return value;
  if ('toJSON' in value && typeof value.toJSON === 'function') return redactValue(value.toJSON()) as T;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [nameOf(key), redactValue(inner)])) as T;
}

/**
 * `value` as JSON, with every string in it redacted. Where nothing in the whole text is suspicious, which is quick to see, no
 * string of it is looked at by itself, and no copy made: results of thousands of rows are mostly that. JSON writes the words
 * that make a text suspicious as they are, and `hideSecret` knows secrets as JSON writes them.
 */
export function redactedJson(value: unknown, indent?: number): string {
  const text = JSON.stringify(value, null, indent) ?? 'null';
  const isClean = !text.includes('@') && !suspicious.test(text) && !known.some((secret) => text.includes(secret));
  return isClean ? text : JSON.stringify(redactValue(value), null, indent);
}

/** Names of our own result objects are words; they stay, also where a weak password is one of them. */
const nameOf = (key: string): string => (/^[a-z]+(?:[A-Z][a-z]+)*$/.test(key) ? key : redact(key));
