/** An answer in a form in which two can be compared: without statistics, and without an order that means nothing. */
export interface Answer {
  status: number;
  body: unknown;
}

export async function ask(
  base: string,
  path: string,
  params: Record<string, string>,
  categorize = true
): Promise<Answer> {
  const headers: Record<string, string> = categorize ? { 'X-Loki-Response-Encoding-Flags': 'categorize-labels' } : {};
  const response = await fetch(`${base}/loki/api/v1/${path}?${new URLSearchParams(params).toString()}`, { headers });
  const text = await response.text();
  return { status: response.status, body: response.ok ? normalize(JSON.parse(text)) : text.trim() };
}

function normalize(answer: unknown): unknown {
  const data = field(answer, 'data');
  const result = field(data, 'result');
  const type = field(data, 'resultType');
  if (!Array.isArray(result)) {
    return sorted(answer);
  }
  return type === 'streams' ? { type, result: sorted(result) } : { type, result: sorted(rounded(result)) };
}

/** Floats of different ways to add agree in nine digits. */
function rounded(value: unknown): unknown {
  if (Array.isArray(value)) {
    const [time, number] = value as unknown[];
    const sample = value.length === 2 && typeof time === 'number' && typeof number === 'string';
    return sample
      ? [time, Number.isFinite(Number(number)) ? Number(number).toPrecision(9) : number]
      : value.map(rounded);
  }
  return mapObject(value, rounded);
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(sorted).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  }
  return mapObject(value, sorted);
}

function mapObject(value: unknown, map: (inner: unknown) => unknown): unknown {
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  const entries = Object.entries(value).map(([key, inner]): [string, unknown] => [key, map(inner)]);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? new Map(Object.entries(value)).get(name) : undefined;
}
