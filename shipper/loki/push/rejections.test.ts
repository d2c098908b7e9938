import { Writable } from 'node:stream';
import winston from 'winston';
import { Rejections } from './rejections';

let said: Array<{ level: string; reason: string; repeated?: number }>;
let nowMs: number;
let rejections: Rejections;
beforeEach(() => {
  [said, nowMs] = [[], 1_000];
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      said.push(JSON.parse(chunk.toString()) as (typeof said)[number]);
      done();
    },
  });
  const transports = [new winston.transports.Stream({ stream })];
  rejections = new Rejections(winston.createLogger({ level: 'info', transports }), () => nowMs);
});

const push = { stream: '{namespace="jobs"}', entries: 10 };
const retry = (reason: string) => rejections.note({ kind: 'retry', reason, stored: 'maybe' }, push);

test('tells the first refusal at once, and then one a minute with how many there were', () => {
  for (let second = 0; second <= 60; second++) {
    retry(`429 Per stream rate limit exceeded, try ${second}`);
    nowMs += 1_000;
  }
  expect(said).toMatchObject([
    { level: 'warn', reason: expect.stringMatching(/try 0$/) },
    { level: 'warn', reason: expect.stringMatching(/try 60$/), repeated: 59 },
  ]);
  expect(said[0]).not.toHaveProperty('repeated');
});

test('tells each kind of answer on its own', () => {
  retry('429 Per stream rate limit exceeded');
  retry('connect ECONNREFUSED 127.0.0.1:3100');
  rejections.note({ kind: 'refused', count: 1, reason: '400 entry too old' }, push);
  rejections.note({ kind: 'refused', count: 1, reason: '400 entry too old' }, push);
  expect(said.map(({ reason }) => reason.split(' ')[0])).toEqual(['429', 'connect', '400']);
});
