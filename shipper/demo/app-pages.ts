import type { Case } from '../../model/cases';
import { UserError } from '../common/user-error';

/** The Grafana app's id, under which Grafana serves its pages. */
const APP_ID = 'afterlog-timelines-app';

/**
 * Grafana's address as people write it, without a slash at the end.
 * @throws UserError when it is no http or https URL
 */
export function parseGrafanaUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new UserError(`invalid URL "${text}" (example: http://127.0.0.1:3000)`);
  }
  return url.origin + url.pathname.replace(/\/+$/, '');
}

/**
 * Addresses of the Grafana app's pages that show the replay.
 * @param span its time range, milliseconds since 1970
 */
export function appPages(
  grafanaUrl: string,
  { from, to }: { from: number; to: number },
  cases: readonly Case[]
): string {
  const address = (page: string, params: Record<string, string | number>) =>
    `  ${grafanaUrl}/a/${APP_ID}/${page}?${Object.entries(params)
      .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
      .join('&')}`;
  const removed = cases.find(({ status, containerId }) => status === 'rescued' && containerId !== null);
  return [
    address('timeline', { from, to }),
    address('lost-logs', { from, to }),
    ...(removed ? [address('lookup', { q: `containerd://${removed.containerId}` })] : []),
  ].join('\n');
}
