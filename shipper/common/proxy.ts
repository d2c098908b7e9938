import { BlockList, isIP } from 'node:net';
import { UserError } from './user-error';

/** Schemes of a proxy that can be used for HTTP and HTTPS. */
const SCHEMES = ['http:', 'https:'];
/** Schemes of the `proxy-url` of a kubeconfig. */
const SOCKS_SCHEMES = [...SCHEMES, 'socks5:'];

/**
 * The proxy for a URL, from HTTPS_PROXY, HTTP_PROXY and NO_PROXY (upper or lower case) by the rules of Go's programs, for
 * which clusters set these variables (golang.org/x/net/http/httpproxy): NO_PROXY lists host names, which include their
 * subdomains, `.domain` for subdomains only, IP addresses and ranges, each with or without a port, or `*`; loopback
 * addresses are never reached through a proxy.
 *
 * @throws UserError that names the variable
 */
export function proxyFor(target: URL, env: NodeJS.ProcessEnv = process.env): URL | undefined {
  const name = target.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY';
  const text = variable(env, name);
  if (text === '' || isExcluded(target, variable(env, 'NO_PROXY'))) {
    return undefined;
  }
  return parseProxy(text, name, SCHEMES);
}

/**
 * The address of a proxy; `http://` may be left out.
 * @param origin the variable or the key, for errors
 * @throws UserError
 */
export function parseProxy(text: string, origin: string, schemes: readonly string[] = SOCKS_SCHEMES): URL {
  const address = text.includes('://') ? text : `http://${text}`;
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined || url.hostname === '') {
    throw new UserError(`${origin}: invalid address of a proxy (example: http://proxy.example.com:3128)`);
  }
  if (!schemes.includes(url.protocol)) {
    throw new UserError(
      `${origin}: proxies with ${url.protocol}// are not supported (${schemes.map((scheme) => `${scheme}//`).join(', ')})`
    );
  }
  return url;
}

/** The header that authenticates at a proxy whose address holds user and password. */
export function proxyHeaders(proxy: URL): Record<string, string> {
  if (proxy.username === '') {
    return {};
  }
  const userAndPassword = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`;
  return { 'proxy-authorization': `Basic ${Buffer.from(userAndPassword).toString('base64')}` };
}

/** The address of a proxy for messages, without credentials. */
export const proxyName = (proxy: URL): string => `${proxy.protocol}//${proxy.host}`;

const variable = (env: NodeJS.ProcessEnv, name: string): string => env[name] || env[name.toLowerCase()] || '';

function isExcluded(target: URL, noProxy: string): boolean {
  const host = target.hostname.replace(/^\[|\]$/g, '').toLowerCase();
  const port = target.port || (target.protocol === 'https:' ? '443' : '80');
  const family = isIP(host);
  if (host === 'localhost' || (family !== 0 && loopback.check(host, familyName(family)))) {
    return true;
  }
  return noProxy
    .split(',')
    .map((entry) => entry.trim().toLowerCase())
    .some((entry) => entry !== '' && matches(entry, host, port, family));
}

function matches(entry: string, host: string, port: string, family: number): boolean {
  if (entry === '*') {
    return true;
  }
  const [, address = '', prefix] = /^([^/]+)\/(\d+)$/.exec(entry) ?? [];
  if (isIP(address) !== 0) {
    return isIP(address) === family && isInRange(address, Number(prefix), host, family);
  }
  const [, name = '', onlyPort] = splitPort(entry);
  if (onlyPort !== undefined && onlyPort !== port) {
    return false;
  }
  if (isIP(name) !== 0 || family !== 0) {
    return name === host;
  }
  const domain = name.replace(/^\*?\./, '');
  return host.endsWith(`.${domain}`) || (domain === name && host === domain);
}

/** An address without a port may have colons of its own. */
const splitPort = (entry: string): ReadonlyArray<string | undefined> =>
  isIP(entry) !== 0 ? [entry, entry] : (/^\[?(.*?)\]?(?::(\d+))?$/.exec(entry) ?? []);

function isInRange(address: string, prefix: number, host: string, family: number): boolean {
  if (prefix > (family === 6 ? 128 : 32)) {
    return false;
  }
  const range = new BlockList();
  range.addSubnet(address, prefix, familyName(family));
  return range.check(host, familyName(family));
}

const familyName = (family: number) => (family === 6 ? 'ipv6' : 'ipv4');

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8);
loopback.addAddress('::1', 'ipv6');
