import { type DataFrame, type Field, FieldType } from '@grafana/data';
import { countsOf, entriesOf, timedLinesOf } from '../../src/data/log-frames';
import { isContainerFrame, livesOfFrames } from '../../src/job-timeline-panel/data/container-frames';
import { fc, fuzzRuns } from '../testkit/fuzz';

// Frames come through other data sources, transformations and shared panels: they hold anything, and are read or left out.
const value = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    undefined,
    NaN,
    Infinity,
    -1,
    1_763_939_738_123,
    '1763939738123456789_1a',
    'soon',
    true
  ),
  fc.string(),
  fc.double(),
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom<unknown>({ toString: 1, valueOf: 1 }, [['a']], { __proto__: null, a: 1 })
);
const names = [
  'Time',
  'Line',
  'tsNs',
  'timestamp',
  'body',
  'labels',
  'id',
  'start',
  'end',
  'Pod',
  'job',
  'exit code',
  'cause',
];
const nameOrAny = fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...names) }, fc.string());
const field: fc.Arbitrary<Field> = fc.record(
  {
    name: nameOrAny,
    type: fc.constantFrom(FieldType.time, FieldType.string, FieldType.number, FieldType.other),
    values: fc.array(value, { maxLength: 6 }),
    config: fc.oneof(fc.constant({}), fc.record({ displayName: nameOrAny })),
    nanos: fc.array(fc.oneof(fc.nat(999_999), fc.double()), { maxLength: 6 }),
    labels: fc.dictionary(fc.string(), fc.string()),
  },
  { requiredKeys: ['name', 'type', 'values', 'config'] }
);
const frames: fc.Arbitrary<DataFrame[]> = fc.array(
  fc.record({ length: fc.nat(8), fields: fc.array(field, { maxLength: 8 }) }),
  { maxLength: 3 }
);

test('frames of logs may hold anything: what has a time and a line is an entry', () => {
  fc.assert(
    fc.property(frames, (given) => {
      const entries = entriesOf(given);
      expect(timedLinesOf(given)).toHaveLength(entries.length);
      for (const { ns, line } of entries) {
        expect([typeof ns, typeof line]).toEqual(['bigint', 'string']);
      }
    }),
    fuzzRuns(1000)
  );
});

test('frames of metric queries may hold anything: a number at a time is a count', () => {
  fc.assert(
    fc.property(frames, (given) => {
      for (const count of countsOf(given)) {
        expect([Number.isFinite(count.at), Number.isNaN(count.value)]).toEqual([true, false]);
      }
    }),
    fuzzRuns(1000)
  );
});

test('frames of containers may hold anything: what has a start is a container run', () => {
  fc.assert(
    fc.property(frames, (given) => {
      for (const { life } of livesOfFrames(given.filter(isContainerFrame))) {
        expect(Number.isFinite(life.started)).toBe(true);
      }
    }),
    fuzzRuns(1000)
  );
});
