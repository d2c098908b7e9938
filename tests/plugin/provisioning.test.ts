import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { root } from './built-plugin';
import { plugins } from './plugin-json';

const yaml = (file: string): unknown => parse(readFileSync(join(root, file), 'utf8'));
const app = plugins[0];
const ids = plugins.map(({ id }) => id);

const datasources = z
  .object({ datasources: z.array(z.object({ uid: z.string(), type: z.string() })) })
  .parse(yaml('provisioning/datasources/loki.yaml')).datasources;

describe('docker-compose.yaml', () => {
  const { services } = z
    .object({
      services: z.object({
        grafana: z.object({ environment: z.record(z.string(), z.string()), volumes: z.array(z.string()) }),
      }),
    })
    .parse(yaml('docker-compose.yaml'));

  it('lets Grafana load the app and what is nested in it, unsigned', () => {
    const allowed = services.grafana.environment.GF_PLUGINS_ALLOW_LOADING_UNSIGNED_PLUGINS?.split(',') ?? [];
    expect(allowed).toEqual(expect.arrayContaining(ids));
    expect(services.grafana.volumes[0]).toBe(`./dist:/var/lib/grafana/plugins/${app?.id}:ro`);
  });
});

describe('what is provisioned', () => {
  it('has the app enabled, with a Loki data source that is there', () => {
    const { apps } = z
      .object({ apps: z.array(z.object({ type: z.string(), disabled: z.boolean(), jsonData: z.looseObject({}) })) })
      .parse(yaml('provisioning/plugins/afterlog.yaml'));
    expect(apps).toEqual([{ type: app?.id, disabled: false, jsonData: { lokiUid: datasources[0]?.uid } }]);
    expect(datasources[0]?.type).toBe('loki');
  });

  it.each(readdirSync(join(root, 'dashboards')))('has the dashboard %s under its uid', (file) => {
    const { uid } = z
      .object({ uid: z.string().max(40) })
      .parse(JSON.parse(readFileSync(join(root, 'dashboards', file), 'utf8')));
    expect(file).toBe(`${uid}.json`);
  });
});
