/** A log's text and its line index: zig-zag varints of the byte offset of each line. */
export function buildLog(lines: readonly string[]): { text: string; indexes: Buffer; size: number; length: number } {
  const bytes: number[] = [];
  let offset = 0;
  for (const line of lines) {
    let rest = offset * 2;
    while (rest >= 0x80) {
      bytes.push((rest % 0x80) | 0x80);
      rest = Math.floor(rest / 0x80);
    }
    bytes.push(rest);
    offset += Buffer.byteLength(line) + 1;
  }
  return {
    text: lines.map((line) => `${line}\n`).join(''),
    indexes: Buffer.from(bytes),
    size: offset,
    length: lines.length,
  };
}
