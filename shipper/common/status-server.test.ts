import { Gauge, Registry } from 'prom-client';
import { type Readiness, serveStatus, type StatusServer } from './status-server';

describe('the status server', () => {
  const registry = new Registry();
  new Gauge({ name: 'afterlog_test', help: 'A test.', registers: [registry] }).set(7);
  let state: Readiness;
  let server: StatusServer;
  beforeEach(async () => {
    state = { ready: true, problem: null };
    server = await serveStatus('127.0.0.1:0', {
      registry,
      readiness: () => state,
      routes: {
        '/broken': () => {
          throw new Error('out of order');
        },
      },
    });
  });
  afterEach(() => server.close());

  const get = async (path: string, accept?: string) => {
    const answer = await fetch(`${server.url}${path}`, { headers: accept === undefined ? {} : { accept } });
    return { status: answer.status, type: answer.headers.get('content-type'), text: await answer.text() };
  };

  it('serves metrics and health', async () => {
    expect((await get('/metrics')).text).toContain('afterlog_test 7');
    expect(await get('/healthz')).toMatchObject({ status: 200, text: 'ok\n' });
  });

  it('answers /ready as text, with the reason', async () => {
    expect(await get('/ready')).toEqual({ status: 200, type: 'text/plain; charset=utf-8', text: 'ready\n' });
    state = { ready: false, problem: 'Loki does not answer' };
    expect(await get('/ready', '*/*')).toMatchObject({ status: 503, text: 'not ready: Loki does not answer\n' });
  });

  it.each(['application/json', 'text/html, application/json;q=0.9', 'Application/JSON'])(
    'answers /ready as JSON with Accept: %s',
    async (accept) => {
      state = { ready: false, problem: 'Loki does not answer', role: 'leader' };
      const { status, type, text } = await get('/ready', accept);
      expect({ status, type }).toEqual({ status: 503, type: 'application/json' });
      expect(JSON.parse(text)).toEqual(state);
    }
  );

  it('names what it has, and reports what failed', async () => {
    expect(await get('/metric')).toMatchObject({ status: 404, text: expect.stringContaining('/metrics, /healthz') });
    expect(await get('/broken')).toMatchObject({ status: 500, text: 'out of order\n' });
    const post = await fetch(`${server.url}/ready`, { method: 'POST' });
    expect([post.status, post.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  });

  it('says what to do about an address in use', async () => {
    await expect(serveStatus(`127.0.0.1:${server.port}`, { registry, readiness: () => state })).rejects.toThrow(
      `127.0.0.1:${server.port} is in use: stop the process that listens there, or choose another address with --listen`
    );
  });
});
