/** A key of a log line in Prometheus' characters. '' where nothing is left. */
export function sanitize(key: string): string {
  return key.trim().replace(/[^a-zA-Z0-9_]/gu, '_');
}

export function noDigitFirst(name: string): string {
  return /^\d/.test(name) ? `_${name}` : name;
}

/** The name that a parsed key gets as a label. */
export function labelNameOf(key: string): string {
  return noDigitFirst(sanitize(key));
}

/** Names by the keys they come from: the keys of log lines repeat. */
export class LabelNames {
  private readonly known = new Map<string, string>();

  constructor(private readonly nameOf: (key: string) => string = labelNameOf) {}

  of(key: string): string {
    const known = this.known.get(key);
    if (known !== undefined) {
      return known;
    }
    const name = this.nameOf(key);
    if (this.known.size < 1000) {
      this.known.set(key, name);
    }
    return name;
  }
}

/** Values that came with bytes that are no UTF-8 show a space there. */
export function cleanValue(value: string): string {
  return value.includes('\ufffd') ? value.replaceAll('\ufffd', ' ') : value;
}
