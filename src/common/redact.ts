/** Secrets this process was given. A value stays hidden in whatever is printed, stored or sent afterwards. */
const known = new Set<string>();

/** Hides `value` from now on. Values shorter than four characters are ignored: hiding them would eat ordinary words. */
export function hideSecret(value: string | undefined): void {
  if (value === undefined) return;
  for (const part of [value, ...value.split(/\r?\n/)]) {
    if (part.trim().length < 4) continue;
    known.add(part);
    const encoded = encodeURIComponent(part);
    if (encoded !== part) known.add(encoded);
  }
}

const patterns: readonly [RegExp, string][] = [
  [/-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z0-9 ]*PRIVATE KEY-----|$)/g, '***private key***'],
  // scheme://user:password@host (the password may hold @; the host cannot).
  [/\b([a-z][a-z0-9+.-]{1,20}:\/\/[^\s:/@]{0,256}):[^\s/]{1,1024}@/gi, '$1:***@'],
  [/\b(authorization["']?\s*[:=]\s*["']?(?:basic|bearer|token)\s+)[^\s"',]{4,}/gi, '$1***'],
  // NOPASSWD: is a word of sudoers, and what follows it is a command.
  [
    /\b((?!nopasswd\b)(?:[a-z0-9_-]{0,40}(?:password|passwd|passphrase|secret|token|api_?key|access_?key))["']?\s*[=:]\s*["']?)[^\s"'&,;]{4,}/gi,
    '$1***',
  ],
  [
    /\b(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,}|glpat-[A-Za-z0-9_-]{16,}|AKIA[A-Z0-9]{16}|xox[abprs]-[A-Za-z0-9-]{10,})\b/g,
    '***',
  ],
];

/** `text` with known secrets and what looks like one (passwords in URLs, tokens, private keys) replaced by `***`. */
export function redact(text: string): string {
  let clean = text;
  for (const secret of known) if (clean.includes(secret)) clean = clean.replaceAll(secret, '***');
  for (const [pattern, replacement] of patterns) clean = clean.replace(pattern, replacement);
  return clean;
}

/** A copy of a JSON-like value with every string in it redacted. */
export function redactValue<T>(value: T): T {
  if (typeof value === 'string') return redact(value) as T;
  if (Array.isArray(value)) return value.map(redactValue) as T;
  if (value !== null && typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype)
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, redactValue(inner)])) as T;
  return value;
}
