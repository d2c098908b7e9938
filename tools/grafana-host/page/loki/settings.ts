import type { DataSourceInstanceSettings, DataSourcePluginMeta, PluginType } from '@grafana/data';

// The enumeration itself is not to be had before Grafana's libraries are: this is read while their page is set up.
const type = 'datasource' as PluginType.datasource;

// Grafana's picture of Loki is in no package.
const logo = 'data:image/svg+xml,<svg xmlns="http://www.w3.org/2000/svg"></svg>';

const meta: DataSourcePluginMeta = {
  id: 'loki',
  name: 'Loki',
  type,
  module: '',
  baseUrl: '',
  logs: true,
  metrics: true,
  info: {
    author: { name: 'Grafana Labs' },
    description: '',
    links: [],
    logos: { large: logo, small: logo },
    screenshots: [],
    updated: '',
    version: '',
  },
};

/** The one data source there is: Loki, behind the host's proxy. */
export const lokiSettings: DataSourceInstanceSettings = {
  id: 1,
  uid: 'loki',
  name: 'Loki',
  type: 'loki',
  meta,
  access: 'proxy',
  readOnly: true,
  isDefault: true,
  url: '/api/datasources/proxy/uid/loki',
  jsonData: {},
};
