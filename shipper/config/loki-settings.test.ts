import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runWith } from './testing/run-with';
import { lokiGroup, lokiOptions } from './loki-settings';

describe('the flags for Loki', () => {
  const dir = mkdtempSync(join(tmpdir(), 'afterlog-loki-options-'));
  const token = join(dir, 'token');
  const basic = join(dir, 'basic');
  beforeAll(() => {
    writeFileSync(token, 'abc');
    writeFileSync(basic, 'ann:secret');
  });
  afterAll(() => rmSync(dir, { recursive: true }));

  const parse = (flags: string[], env: NodeJS.ProcessEnv = {}) =>
    lokiOptions(runWith([lokiGroup], flags).read(lokiGroup), env);

  it('default to a Loki on this machine', () => {
    expect(parse([])).toMatchObject({ url: 'http://127.0.0.1:3100', insecureSkipVerify: false });
    expect(parse([]).tenantId).toBeUndefined();
  });

  it('reach every option', () => {
    const flags = ['--loki.url', 'https://loki', '--loki.tenant-id', 't', '--loki.bearer-token-file', token];
    flags.push('--loki.tls-ca-file', token, '--loki.tls-cert-file', token, '--loki.tls-key-file', token);
    expect(parse([...flags, '--loki.tls-insecure-skip-verify'])).toMatchObject({
      url: 'https://loki',
      tenantId: 't',
      bearerTokenFile: token,
      caFile: token,
      certFile: token,
      keyFile: token,
      insecureSkipVerify: true,
    });
    expect(parse(['--loki.basic-auth-file', basic]).basicAuthFile).toBe(basic);
  });

  it('win over logcli’s environment', () => {
    const env = {
      LOKI_ADDR: 'http://env:1',
      LOKI_ORG_ID: 'env',
      LOKI_USERNAME: 'ann',
      LOKI_PASSWORD: 'secret',
      LOKI_TLS_SKIP_VERIFY: 'true',
    };
    expect(parse([], env)).toMatchObject({
      url: 'http://env:1',
      tenantId: 'env',
      username: 'ann',
      password: 'secret',
      insecureSkipVerify: true,
    });
    const withFlags = parse(['--loki.url', 'http://flag:1', '--loki.bearer-token-file', token], env);
    expect(withFlags).toMatchObject({ url: 'http://flag:1', tenantId: 'env', bearerTokenFile: token });
    expect(withFlags.username).toBeUndefined();
  });

  it('take the token’s file before the token, and an empty variable as none', () => {
    expect(parse([], { LOKI_BEARER_TOKEN_FILE: token, LOKI_BEARER_TOKEN: 'x', LOKI_ADDR: '' })).toMatchObject({
      url: 'http://127.0.0.1:3100',
      bearerTokenFile: token,
      bearerToken: undefined,
    });
  });

  it('are refused when they cannot work', () => {
    expect(() => parse(['--loki.url', 'loki:3100'])).toThrow(/not a URL of a Loki/);
    expect(() => parse(['--loki.tls-ca-file', join(dir, 'absent')])).toThrow(/cannot read .*absent/);
    expect(() => parse(['--loki.basic-auth-file', basic, '--loki.bearer-token-file', token])).toThrow(
      /keep one of them/
    );
    expect(() => parse([], { LOKI_USERNAME: 'a', LOKI_BEARER_TOKEN: 'b' })).toThrow(/keep one of them/);
  });
});
