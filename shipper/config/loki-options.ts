import { type Command, Option } from 'commander';
import * as z from 'zod';
import { openAuthorization } from '../loki/authorization';
import { parseLokiUrl } from '../loki/base-url';
import type { LokiOptions } from '../loki/connection';
import { readTls } from '../loki/tls';

export const DEFAULT_LOKI_URL = 'http://127.0.0.1:3100';

/**
 * The flags that say how to reach Loki. None has a default here, so that a configuration file can stand between the
 * flags and the defaults of `lokiOptionsFrom`.
 * @param urlText what the help says of `--loki.url`
 */
export function addLokiOptions(
  command: Command,
  urlText = `base URL of Loki (default "${DEFAULT_LOKI_URL}"; environment LOKI_ADDR)`
): Command {
  const flags: Array<[string, string]> = [
    ['--loki.url <url>', urlText],
    ['--loki.tenant-id <id>', 'tenant, sent as X-Scope-OrgID (environment LOKI_ORG_ID)'],
    ['--loki.basic-auth-file <file>', 'file with user:password (environment LOKI_USERNAME and LOKI_PASSWORD)'],
    [
      '--loki.bearer-token-file <file>',
      'file with a bearer token (environment LOKI_BEARER_TOKEN_FILE, LOKI_BEARER_TOKEN)',
    ],
    ['--loki.tls-ca-file <file>', 'certificates to trust, PEM (environment LOKI_CA_CERT_PATH)'],
    ['--loki.tls-cert-file <file>', 'client certificate, PEM (environment LOKI_CLIENT_CERT_PATH)'],
    ['--loki.tls-key-file <file>', 'key of the client certificate, PEM (environment LOKI_CLIENT_KEY_PATH)'],
    ['--loki.tls-insecure-skip-verify', "do not check Loki's certificate (environment LOKI_TLS_SKIP_VERIFY)"],
  ];
  for (const [flag, text] of flags) {
    command.addOption(new Option(flag, text));
  }
  return command;
}

// Commander's names for the flags above.
const valuesSchema = z.object({
  'loki.url': z.string().optional(),
  'loki.tenantId': z.string().optional(),
  'loki.basicAuthFile': z.string().optional(),
  'loki.bearerTokenFile': z.string().optional(),
  'loki.tlsCaFile': z.string().optional(),
  'loki.tlsCertFile': z.string().optional(),
  'loki.tlsKeyFile': z.string().optional(),
  'loki.tlsInsecureSkipVerify': z.boolean().optional(),
});

/**
 * How to reach Loki, from the flags' values (`command.opts()`) and, where a flag is not given, from the variables that
 * Grafana's logcli reads. A kind of authentication given by flag switches the other kind's variables off.
 *
 * @throws UserError for a bad URL, a file that cannot be read, or both kinds of authentication at once
 */
export function lokiOptionsFrom(values: Record<string, unknown>, env: NodeJS.ProcessEnv): LokiOptions {
  const flags = valuesSchema.parse(values);
  const options: LokiOptions = {
    url: flags['loki.url'] ?? given(env.LOKI_ADDR) ?? DEFAULT_LOKI_URL,
    tenantId: flags['loki.tenantId'] ?? given(env.LOKI_ORG_ID),
    caFile: flags['loki.tlsCaFile'] ?? given(env.LOKI_CA_CERT_PATH),
    certFile: flags['loki.tlsCertFile'] ?? given(env.LOKI_CLIENT_CERT_PATH),
    keyFile: flags['loki.tlsKeyFile'] ?? given(env.LOKI_CLIENT_KEY_PATH),
    insecureSkipVerify: flags['loki.tlsInsecureSkipVerify'] ?? env.LOKI_TLS_SKIP_VERIFY === 'true',
    basicAuthFile: flags['loki.basicAuthFile'],
    bearerTokenFile: flags['loki.bearerTokenFile'],
  };
  if (options.basicAuthFile === undefined && options.bearerTokenFile === undefined) {
    Object.assign(options, authFromEnvironment(env));
  }
  // Said at the start, not at the first request.
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
