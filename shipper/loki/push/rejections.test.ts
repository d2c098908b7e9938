import { Writable } from 'node:stream';
import winston from 'winston';
import { readPushAnswer } from './answer';
import { Rejections } from './rejections';

let said: Array<{ level: string; reason: string; answer: string; repeated?: number }>;
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

const push = { carries: 'lines', stream: '{namespace="jobs"}', entries: 10 };
const note = (status: number, body: string) => {
  const outcome = readPushAnswer({ status, body, cut: false }, 10);
  if (outcome.kind !== 'stored') {
    rejections.note(outcome, push);
  }
};

test('reports the first answer at once, and then one a minute with how many there were', () => {
  for (let second = 0; second <= 60; second++) {
    note(429, `Per stream rate limit exceeded, try ${second}`);
    nowMs += 1_000;
  }
  expect(said).toMatchObject([
    { level: 'warn', answer: expect.stringMatching(/try 0$/) },
    { level: 'warn', answer: expect.stringMatching(/try 60$/), repeated: 59 },
  ]);
  expect(said[0]).not.toHaveProperty('repeated');
});

test('reports each kind of answer on its own, with what to do', () => {
  note(429, 'Per stream rate limit exceeded');
  note(400, 'Client sent an HTTP request to an HTTPS server.');
  note(400, "max entry size '10' bytes exceeded for stream '{}'");
  note(400, "max entry size '10' bytes exceeded for stream '{a=\"b\"}'");
  expect(said).toMatchObject([
    { reason: 'stream_rate_limited', advice: expect.stringContaining('per_stream_rate_limit') },
    { reason: 'https_required', advice: expect.stringContaining('https://') },
    { reason: 'too-long', advice: expect.stringContaining('--limits.max-line-size') },
  ]);
});
