import { UserError } from '../common/user-error';
import { LokiUnreachable } from './connection';
import { explainLokiError } from './explain';
import { StrangeAnswer } from './query-answer';
import { LokiRefusal } from './query-client';

const url = 'http://loki:3100';
const explain = (error: unknown) => {
  const explained = explainLokiError(error, url);
  return explained instanceof UserError ? explained.message : explained;
};

describe('an error of Loki, explained', () => {
  it.each<[Error, RegExp]>([
    [
      new LokiUnreachable(url, new Error('connect ECONNREFUSED')),
      /cannot reach Loki at http:\/\/loki:3100: connect ECONNREFUSED\n.*LOKI_ADDR/,
    ],
    [new LokiUnreachable(url, new Error('self-signed certificate')), /self-signed certificate\n.*--loki.tls-ca-file/],
    [new LokiRefusal(url, 401, 'no org id'), /answered 401: no org id\n.*--loki.tenant-id/],
    [new LokiRefusal(url, 401, 'unauthorized'), /--loki.bearer-token-file/],
    [new LokiRefusal(url, 403, ''), /--loki.bearer-token-file/],
    [new LokiRefusal(url, 404, '404 page not found'), /what stands before \/loki\/api\/v1/],
    [new LokiRefusal(url, 429, 'too many outstanding requests'), /Ask for less at once/],
    [new LokiRefusal(url, 504, 'context deadline exceeded'), /Ask for less at once/],
    [new LokiRefusal(url, 400, 'parse error at line 1'), /answered 400: parse error at line 1$/],
    [new StrangeAnswer('no JSON'), /http:\/\/loki:3100 does not answer as Loki does: no JSON\nIs that the address/],
  ])('%s', (error, message) => {
    expect(explain(error)).toMatch(message);
  });

  it('leaves other errors alone', () => {
    const error = new TypeError('a bug');
    expect(explain(error)).toBe(error);
  });
});
