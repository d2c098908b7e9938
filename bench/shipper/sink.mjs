// A Loki that only counts: answers every push with 204 and stores nothing. A process of its own, so that its CPU time is
// not the shipper's. `/counts` tells what came, `/reset` forgets it; `/throttle?<lines>` lets so many lines through a
// second, as a Loki does that is at its limit, and 0 all of them.
import { createServer } from 'node:http';
import { readPush } from './push-body.mjs';

/** What is kept of the lines besides their number: nothing, delays, or the lines of a race. */
const watching = process.argv[2] ?? 'nothing';
let counts;
let delays;
let raced;
let linesPerSecond = 0;
/** When the lines that came so far are through, milliseconds of the monotonic clock. */
let freeAt = 0;

function reset() {
  counts = { entries: 0, requests: 0, bytes: 0 };
  delays = [];
  raced = new Map();
}
reset();

const visitors = {
  nothing: undefined,
  /** `at=<ms>` is when the line was written. */
  delays(line) {
    const at = / at=(\d+)/.exec(line);
    if (at) {
      delays.push(Date.now() - Number(at[1]));
    }
  },
  /** `race=<group>/<container>/<line>`; a line that comes twice counts once. */
  race(line) {
    const race = /race=(\w+)\/(\S+)/.exec(line);
    if (race) {
      const lines = raced.get(race[1]) ?? new Set();
      raced.set(race[1], lines.add(race[2]));
    }
  },
};

/** How long an answer to so many lines has to wait, milliseconds. */
function waitFor(lines) {
  const now = performance.now();
  freeAt = Math.max(now, freeAt) + (lines / linesPerSecond) * 1000;
  return freeAt - now;
}

function answer() {
  delays.sort((a, b) => a - b);
  const quantile = (q) => delays[Math.min(delays.length - 1, Math.floor(delays.length * q))] ?? null;
  return {
    ...counts,
    delays: { count: delays.length, p50: quantile(0.5), p99: quantile(0.99) },
    raced: Object.fromEntries([...raced].map(([group, lines]) => [group, lines.size])),
  };
}

const server = createServer((request, response) => {
  if (request.method !== 'POST') {
    if (request.url === '/reset') {
      reset();
    } else if (request.url.startsWith('/throttle?')) {
      linesPerSecond = Number(request.url.slice('/throttle?'.length));
    }
    // Whoever asks whether a Loki is ready is told yes.
    response.end(request.url === '/counts' ? JSON.stringify(answer()) : 'ready');
    return;
  }
  const parts = [];
  request.on('data', (part) => parts.push(part));
  request.on('end', () => {
    const body = Buffer.concat(parts);
    counts.bytes += body.length;
    counts.requests++;
    const visit = visitors[watching];
    const take = () => {
      counts.entries += body.length > 1 ? readPush(body, request.headers, visit) : 0;
      response.writeHead(204).end();
    };
    // What waits has not arrived yet.
    const wait = linesPerSecond === 0 ? 0 : waitFor(readPush(body, request.headers));
    if (wait > 0) {
      setTimeout(take, wait);
    } else {
      take();
    }
  });
});
server.listen(0, '127.0.0.1', () => process.send?.(server.address().port));
process.on('disconnect', () => process.exit(0));
