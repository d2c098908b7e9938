/**
 * What a record may measure. Loki refuses a line of more than 256 KB (`max_line_size`) and structured metadata of more
 * than 64 KB an entry (`max_structured_metadata_size`) for good, so a record that is too large would be lost whole
 * (Loki, docs/sources/shared/configuration.md, limits_config).
 */
const MAX_LINE_BYTES = 200 * 1024;
const MAX_VALUE = 1024;

/** How long texts and lists may be, tried one after the other until the line is short enough. */
const cuts = [
  { text: 16_384, list: 5000 },
  { text: 2048, list: 1000 },
  { text: 512, list: 200 },
  { text: 128, list: 50 },
  { text: 64, list: 10 },
  { text: 32, list: 2 },
];

/** A record's line, its longest texts and lists cut where it would be too long for Loki. @param line JSON */
export function boundLine(line: string): string {
  if (Buffer.byteLength(line) <= MAX_LINE_BYTES) {
    return line;
  }
  const record: unknown = JSON.parse(line);
  for (const cut of cuts) {
    const shorter = JSON.stringify(record, (_key, value: unknown) => shorten(value, cut));
    if (Buffer.byteLength(shorter) <= MAX_LINE_BYTES) {
      return shorter;
    }
  }
  return '{}'; // thousands of keys: none of our records, and none that a reader could use
}

function shorten(value: unknown, { text, list }: { text: number; list: number }): unknown {
  if (typeof value === 'string') {
    return value.length > text ? `${value.slice(0, text - 1)}…` : value;
  }
  return Array.isArray(value) && value.length > list ? value.slice(0, list) : value;
}

/** Structured metadata, its longest values cut. */
export function boundMetadata(metadata: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(metadata).map(([name, value]) => [
      name,
      value.length > MAX_VALUE ? `${value.slice(0, MAX_VALUE - 1)}…` : value,
    ])
  );
}
