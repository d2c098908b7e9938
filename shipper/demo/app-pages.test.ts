import { readFileSync } from 'node:fs';
import * as z from 'zod';
import { appPages, parseGrafanaUrl } from './app-pages';

describe('the addresses of the app', () => {
  it('are those of the pages that the app has', () => {
    const plugin = z
      .object({ id: z.string(), includes: z.array(z.object({ path: z.string() })) })
      .parse(JSON.parse(readFileSync('src/plugin.json', 'utf8')));
    const known = plugin.includes.map(({ path }) => path.replace('%PLUGIN_ID%', plugin.id));
    const addresses = appPages('http://127.0.0.1:3000', { from: 1, to: 2 }, []).trim().split(/\s+/);
    expect(addresses).toHaveLength(2);
    for (const address of addresses) {
      const { pathname, search } = new URL(address);
      expect(known).toContain(pathname);
      expect(search).toBe('?from=1&to=2');
    }
  });

  it('stand on Grafana’s own address, below a path too', () => {
    expect(parseGrafanaUrl('http://127.0.0.1:3000/')).toBe('http://127.0.0.1:3000');
    expect(parseGrafanaUrl('https://example.org/grafana/')).toBe('https://example.org/grafana');
    expect(() => parseGrafanaUrl('localhost:3000')).toThrow('invalid URL "localhost:3000"');
  });
});
