import * as z from 'zod';
import { openAuthorization } from '../loki/authorization';
import { parseLokiUrl } from '../loki/base-url';
import type { LokiOptions } from '../loki/connection';
import { readTls } from '../loki/tls';
import { flagForm, type SettingsGroup } from './settings';
import { flag } from './units';

export const DEFAULT_LOKI_URL = 'http://127.0.0.1:3100';

const file = (description: string) => z.string().optional().describe(description).register(flagForm, { value: 'file' });

const lokiSchema = z.strictObject({
  loki: z.strictObject({
    url: z
      .string()
      .optional()
      .describe(`base URL of Loki (environment LOKI_ADDR; default ${DEFAULT_LOKI_URL})`)
      .register(flagForm, { value: 'url' }),
    'tenant-id': z
      .string()
      .optional()
      .describe('tenant, sent as X-Scope-OrgID (environment LOKI_ORG_ID)')
      .register(flagForm, { value: 'id' }),
    'basic-auth-file': file('file with user:password (environment LOKI_USERNAME and LOKI_PASSWORD)'),
    'bearer-token-file': file('file with a bearer token (environment LOKI_BEARER_TOKEN_FILE, LOKI_BEARER_TOKEN)'),
    'tls-ca-file': file('PEM file with the certificates to trust (environment LOKI_CA_CERT_PATH)'),
    'tls-cert-file': file('PEM file with the client certificate (environment LOKI_CLIENT_CERT_PATH)'),
    'tls-key-file': file('PEM file with the key of the client certificate (environment LOKI_CLIENT_KEY_PATH)'),
    'tls-insecure-skip-verify': flag
      .optional()
      .describe("do not verify Loki's certificate (environment LOKI_TLS_SKIP_VERIFY)"),
  }),
});

/** How to reach Loki: the same flags and keys in every command. None has a default: the environment comes before it. */
export const lokiGroup = { heading: 'Loki:', schema: lokiSchema } satisfies SettingsGroup;

export type LokiSettings = z.output<typeof lokiSchema>['loki'];

/**
 * How to reach Loki: where a setting is not given, from the variables that Grafana's logcli reads. A kind of
 * authentication that is set switches the other kind's variables off.
 *
 * @param user the section of the user's own file, which counts as a whole, and only where nothing else names an address:
 *   its credentials are for no other Loki
 * @throws UserError for a bad URL, a file that cannot be read, or both kinds of authentication at once
 */
export function lokiOptions(
  { loki: settings }: { loki: LokiSettings },
  env: NodeJS.ProcessEnv,
  user: LokiSettings = {}
): LokiOptions {
  const isElsewhere = (settings.url ?? given(env.LOKI_ADDR)) !== undefined;
  const set = Object.entries(settings).filter(([, value]) => value !== undefined);
  const loki: LokiSettings = isElsewhere ? settings : { ...user, ...Object.fromEntries(set) };
  const options: LokiOptions = {
    url: loki.url ?? given(env.LOKI_ADDR) ?? DEFAULT_LOKI_URL,
    tenantId: loki['tenant-id'] ?? given(env.LOKI_ORG_ID),
    caFile: loki['tls-ca-file'] ?? given(env.LOKI_CA_CERT_PATH),
    certFile: loki['tls-cert-file'] ?? given(env.LOKI_CLIENT_CERT_PATH),
    keyFile: loki['tls-key-file'] ?? given(env.LOKI_CLIENT_KEY_PATH),
    insecureSkipVerify: loki['tls-insecure-skip-verify'] ?? env.LOKI_TLS_SKIP_VERIFY === 'true',
    basicAuthFile: loki['basic-auth-file'],
    bearerTokenFile: loki['bearer-token-file'],
  };
  if (options.basicAuthFile === undefined && options.bearerTokenFile === undefined) {
    Object.assign(options, authFromEnvironment(env));
  }
  // Errors are reported at the start, not at the first request.
  openAuthorization(options, parseLokiUrl(options.url));
  readTls(options);
  return options;
}

function authFromEnvironment(env: NodeJS.ProcessEnv): Partial<LokiOptions> {
  const tokenFile = given(env.LOKI_BEARER_TOKEN_FILE);
  return {
    username: given(env.LOKI_USERNAME),
    password: given(env.LOKI_PASSWORD),
    bearerTokenFile: tokenFile,
    bearerToken: tokenFile === undefined ? given(env.LOKI_BEARER_TOKEN) : undefined,
  };
}

/** An empty variable is a variable that is not set. */
const given = (value: string | undefined) => (value === '' ? undefined : value);
