import * as z from 'zod';

export type Labels = Readonly<Record<string, string>>;

/** A log line in Loki. */
export interface Entry {
  /** Nanoseconds since 1970. */
  ns: bigint;
  line: string;
  /** Labels of the stream. */
  labels: Labels;
  /** Structured metadata. */
  metadata: Labels;
}

export interface Sample {
  labels: Labels;
  value: number;
}

/** The numbers of a metric query over time. */
export interface Series {
  labels: Labels;
  /** Milliseconds since 1970, and the number. */
  points: Array<[atMs: number, value: number]>;
}

/** An answer that is not what Loki's API promises: something else listens there, or a proxy stands between. */
export class StrangeAnswer extends Error {
  constructor(readonly what: string) {
    super(`not an answer of Loki: ${what}`);
    this.name = 'StrangeAnswer';
  }
}

const noLabels: Labels = Object.freeze({});

/**
 * The entries of an answer to `query_range` or of a message of `tail`, stream by stream as they come. Guards by hand:
 * this is done for every line. Without `categorize-labels` (Loki before 3.0) the metadata stand among the labels.
 */
export function entriesOf(streams: unknown): Entry[] {
  const entries: Entry[] = [];
  for (const one of listOf(streams, 'a list of streams')) {
    const { stream, values } = isRecord(one) ? one : {};
    const labels = labelsOf(stream);
    for (const value of listOf(values, 'values of a stream')) {
      const [ns, line, more] = Array.isArray(value) ? (value as unknown[]) : [];
      if (typeof ns !== 'string' || typeof line !== 'string' || !/^\d+$/.test(ns)) {
        throw new StrangeAnswer('an entry is no [time, line]');
      }
      const metadata = isRecord(more) && more.structuredMetadata;
      entries.push({ ns: BigInt(ns), line, labels, metadata: isRecord(metadata) ? labelsOf(metadata) : noLabels });
    }
  }
  return entries;
}

/** The entries in the JSON body of an answer to `query_range`. */
export function parseStreams(body: string): Entry[] {
  const data = dataOf(body);
  if (!isRecord(data) || data.resultType !== 'streams') {
    throw new StrangeAnswer('its result is no streams');
  }
  return entriesOf(data.result);
}

const matrixSchema = z.object({
  resultType: z.literal('matrix'),
  result: z.array(
    z.object({ metric: z.record(z.string(), z.string()), values: z.array(z.tuple([z.number(), z.string()])) })
  ),
});

/** The series in the JSON body of an answer of `query_range` to a metric query. */
export function parseMatrix(body: string): Series[] {
  const matrix = matrixSchema.safeParse(dataOf(body));
  if (!matrix.success) {
    throw new StrangeAnswer(z.prettifyError(matrix.error));
  }
  return matrix.data.result.map(({ metric, values }) => ({
    labels: metric,
    // Seconds with fractions: whole milliseconds are meant.
    points: values.map(([seconds, value]) => [Math.round(seconds * 1000), Number(value)]),
  }));
}

/** The texts in the JSON body of an answer to `labels` or `label/<name>/values`. */
export function parseTexts(body: string): string[] {
  const texts = z.array(z.string()).safeParse(dataOf(body) ?? []);
  if (!texts.success) {
    throw new StrangeAnswer(z.prettifyError(texts.error));
  }
  return texts.data;
}

function dataOf(body: string): unknown {
  const answer = parseJson(body);
  if (!isRecord(answer) || answer.status !== 'success') {
    throw new StrangeAnswer('its status is not "success"');
  }
  return answer.data;
}

/** @throws StrangeAnswer for what is no JSON */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new StrangeAnswer(`no JSON, but ${JSON.stringify(text.slice(0, 60))}`);
  }
}

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function listOf(value: unknown, what: string): unknown[] {
  if (!Array.isArray(value)) {
    throw new StrangeAnswer(`${what} is missing`);
  }
  return value;
}

function labelsOf(value: unknown): Labels {
  if (!isRecord(value)) {
    throw new StrangeAnswer('the labels of a stream are missing');
  }
  for (const name in value) {
    if (typeof value[name] !== 'string') {
      throw new StrangeAnswer(`label ${name} is no text`);
    }
  }
  return value as Labels;
}
