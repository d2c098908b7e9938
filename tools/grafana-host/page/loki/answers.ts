import * as z from 'zod';

const labels = z.record(z.string(), z.string());
const categories = z.object({ structuredMetadata: labels.default({}), parsed: labels.default({}) });
const sample = z.tuple([z.number(), z.string()]);

/** A stream's entries, whether or not their labels were asked for by category. */
export const stream = z.object({
  stream: labels,
  values: z.array(
    z.union([
      z.tuple([z.string(), z.string(), categories]),
      z.tuple([z.string(), z.string()]).transform(([ns, line]) => [ns, line, categories.parse({})] as const),
    ])
  ),
});
const series = z.object({ metric: labels, values: z.array(sample) });
const point = z.object({ metric: labels, value: sample });

/** Loki's answers to `query` and `query_range` (grafana.com/docs/loki, "HTTP API"). */
export const lokiAnswer = z.object({
  data: z.discriminatedUnion('resultType', [
    z.object({ resultType: z.literal('streams'), result: z.array(stream) }),
    z.object({ resultType: z.literal('matrix'), result: z.array(series) }),
    z.object({ resultType: z.literal('vector'), result: z.array(point) }),
    z.object({ resultType: z.literal('scalar'), result: sample }),
  ]),
});

export type LokiResult = z.infer<typeof lokiAnswer>['data'];
export type Stream = z.infer<typeof stream>;
export type Series = z.infer<typeof series>;
export type Point = z.infer<typeof point>;
