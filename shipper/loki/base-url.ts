import { UserError } from '../common/user-error';

const PUSH_PATH = '/loki/api/v1/push';

export interface LokiBase {
  /** `http://host:port`, what one connects to. */
  origin: string;
  /** What a proxy puts before Loki's paths; empty in most places. */
  prefix: string;
  /** Origin and prefix: what people are shown, without credentials. */
  url: string;
  username?: string;
  password?: string;
}

/**
 * A Loki's address as people write it: with or without the push path, a prefix, credentials, or a slash at the end.
 *
 * @throws UserError when it is no http or https URL
 */
export function parseLokiUrl(text: string): LokiBase {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new UserError(`"${text}" is not a URL of a Loki: write it like http://127.0.0.1:3100`);
  }
  if (url.search !== '' || url.hash !== '') {
    throw new UserError(`the URL of a Loki takes no "${url.search}${url.hash}": write it like http://127.0.0.1:3100`);
  }
  const path = url.pathname.replace(/\/+$/, '');
  const prefix = path.endsWith(PUSH_PATH) ? path.slice(0, -PUSH_PATH.length) : path;
  return {
    origin: url.origin,
    prefix,
    url: url.origin + prefix,
    ...(url.username !== '' && {
      username: decodeURIComponent(url.username),
      password: decodeURIComponent(url.password),
    }),
  };
}
