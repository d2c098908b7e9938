import { type Labels, labelsOf, labelsText } from '../../common/labels';
import { badRequest } from '../../common/request-error';
import { parseBytes, parseGoSeconds } from '../../common/units';
import type { Conversion, Grouping, RangeAggregation, Stage, Unwrap } from '../syntax/ast';
import { type CategorizedLabels, type EntryLabels, errorLabel, mergeLabels } from '../rows/entry-labels';
import type { StoredEntry } from '../../storage/block';
import { compileLabelFilter, type LabelTest } from '../pipeline/label-filter';
import { compileSelector } from '../matching/matcher';
import { parseFloatLabel } from '../matching/number-label';
import { Pipeline } from '../pipeline/pipeline';
import type { QueryContext } from '../pipeline/query-context';
import type { Row } from '../rows/stage';
import { groupLabels } from './grouping';
import { SampleBuffer } from './sample-buffer';
import type { Steps } from './series';
import { canCount, WindowCounts } from './window-counts';

/** The samples of one series: all of them by time, or what each window has of them where that is enough. */
export interface SampleSeries {
  labels: Labels;
  samples: SampleBuffer | WindowCounts;
}

/** What to read: entries of (after, until], nanoseconds since 1970. */
export interface SampleSpan {
  after: bigint;
  until: bigint;
}

/**
 * Reads the samples of a range aggregation. Times are nanoseconds from `span.after` on: as a number they are exact over
 * 104 days.
 *
 * @throws RequestError 400 where a sample is in error: a metric query must say what to do with those
 */
export async function readSamples(
  context: QueryContext,
  aggregation: RangeAggregation,
  grouping: Grouping | undefined,
  span: SampleSpan,
  steps: Steps
): Promise<SampleSeries[]> {
  const matches = compileSelector(aggregation.log.matchers);
  const pipeline = new Pipeline(neededStages(aggregation, grouping));
  const sampler = new Sampler(context, aggregation, grouping, steps);
  const from = span.after + 1n;
  const until = span.until + 1n;
  // Nanoseconds from `span.after` on, with numbers: a bigint for each entry would take most of the time.
  let block: StoredEntry['block'] | undefined;
  let base = 0;
  const timeIn = (entry: StoredEntry) => {
    if (entry.block !== block) {
      block = entry.block;
      base = Number(block.base - span.after);
    }
    return base + entry.offset;
  };
  for (const stream of context.storage.streams.within(from, until).filter(({ labels }) => matches(labels))) {
    for await (const entries of context.storage.scan(stream, { from, until })) {
      context.check();
      for (const entry of entries) {
        context.count(entry);
        const row = pipeline.process(stream, entry);
        if (row) {
          context.matched++;
          sampler.add(row, timeIn(entry));
        }
      }
    }
  }
  return sampler.series();
}

/** Parsers whose labels nobody asks for are left out, as in Loki: so their errors do not count either. */
function neededStages({ log, unwrap }: RangeAggregation, grouping: Grouping | undefined): Stage[] {
  const wanted = new Set(['label-filter', 'line-format', 'label-format']);
  const noLabels = grouping !== undefined && !grouping.without && grouping.labels.length === 0;
  if (!noLabels || unwrap !== undefined || log.stages.some(({ kind }) => wanted.has(kind))) {
    return log.stages;
  }
  return log.stages.filter(
    ({ kind }) => kind !== 'json' && kind !== 'logfmt' && kind !== 'pattern' && kind !== 'unpack'
  );
}

const extractionError = 'SampleExtractionErr';
const conversions: Record<Conversion, (text: string) => number | undefined> = {
  duration: parseGoSeconds,
  bytes: parseBytes,
};

/** Bytes that a series takes beside what is counted. */
const seriesOverhead = 600;

/** Makes samples of rows and puts each into its series. */
class Sampler {
  private readonly byKey = new Map<string, SampleSeries>();
  private readonly byLabels = new WeakMap<CategorizedLabels, SampleSeries['samples']>();
  private readonly valueOf: (row: Row) => number | undefined;
  private readonly grouping: Grouping | undefined;

  private readonly newSamples: () => SampleSeries['samples'];

  constructor(
    private readonly context: QueryContext,
    aggregation: RangeAggregation,
    grouping: Grouping | undefined,
    private readonly steps: Steps
  ) {
    const { unwrap } = aggregation;
    const hold = (bytes: number) => context.hold(bytes);
    this.newSamples = canCount(aggregation)
      ? () => new WindowCounts(aggregation.range, steps, hold)
      : () => new SampleBuffer(hold);
    this.valueOf = unwrap ? unwrapper(unwrap) : aggregation.op.startsWith('bytes') ? sizeOf : () => 1;
    this.grouping = unwrap ? withoutUnwrapped(grouping, unwrap.label) : grouping;
  }

  add(row: Row, time: number): void {
    const value = this.valueOf(row);
    if (row.labels.hasError) {
      throw pipelineError(row.labels);
    }
    if (value !== undefined) {
      this.bufferOf(row.labels).add(time, value);
    }
  }

  series(): SampleSeries[] {
    const all = [...this.byKey.values()];
    all.forEach(({ samples }) => samples instanceof SampleBuffer && samples.sort());
    return all;
  }

  private bufferOf(labels: EntryLabels): SampleSeries['samples'] {
    if (this.grouping && !this.grouping.without) {
      return this.bufferOfGroup(labels, this.grouping.labels);
    }
    // Entries whose labels no stage has touched share one object.
    const result = labels.result();
    const known = this.byLabels.get(result);
    if (known) {
      return known;
    }
    const merged = mergeLabels(result);
    const series = this.grouping ? groupLabels(merged, this.grouping) : merged;
    const buffer = this.bufferAt(labelsText(series), () => series);
    this.byLabels.set(result, buffer);
    return buffer;
  }

  private bufferOfGroup(labels: EntryLabels, names: readonly string[]): SampleSeries['samples'] {
    const values = names.map((name) => labels.get(name) ?? '');
    const named = () => names.map((name, i): [string, string] => [name, values[i] ?? '']);
    return this.bufferAt(values.join('\0'), () => labelsOf(named().filter(([, value]) => value !== '')));
  }

  private bufferAt(key: string, labelsOfSeries: () => Labels): SampleSeries['samples'] {
    const known = this.byKey.get(key);
    if (known) {
      return known.samples;
    }
    // The key, the labels, and the values of the steps; several of these are made of them on the way to the answer.
    this.context.hold(seriesOverhead + 4 * key.length + 18 * this.steps.count);
    const samples = this.newSamples();
    this.byKey.set(key, { labels: labelsOfSeries(), samples });
    return samples;
  }
}

function sizeOf(row: Row): number {
  return row.lineSize ?? Buffer.byteLength(row.line);
}

/** The unwrapped label is the value: it is no label of the series any more. */
function withoutUnwrapped(grouping: Grouping | undefined, label: string): Grouping {
  return grouping && !grouping.without ? grouping : { without: true, labels: [...(grouping?.labels ?? []), label] };
}

function unwrapper({ label, conversion, filters }: Unwrap): (row: Row) => number | undefined {
  const convert = conversion ? conversions[conversion] : parseFloatLabel;
  const tests: LabelTest[] = filters.map(compileLabelFilter);
  return ({ labels }) => {
    const text = labels.get(label);
    if (text === undefined) {
      return undefined;
    }
    const value = convert(text);
    if (value === undefined) {
      const details =
        conversion === 'duration'
          ? `time: invalid duration "${text}"`
          : `strconv.ParseFloat: parsing "${text}": invalid syntax`;
      labels.fail(extractionError, details);
    }
    if (!tests.every((test) => test(labels))) {
      labels.remove(errorLabel);
      return undefined;
    }
    return value;
  };
}

function pipelineError(labels: EntryLabels): Error {
  const error = labels.get(errorLabel) ?? '';
  return badRequest(
    `pipeline error: '${error}' for series: '${labelsText(mergeLabels(labels.result()))}'.\n` +
      `Use a label filter to intentionally skip this error. (e.g | __error__!="${error}").\n` +
      'To skip all potential errors you can match empty errors.(e.g __error__="")\n' +
      'The label filter can also be specified after unwrap. (e.g | unwrap latency | __error__="" )\n'
  );
}
