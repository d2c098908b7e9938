import type { DataSourceApi, DataSourceInstanceSettings, DataSourceRef } from '@grafana/data';
import type { DataSourceSrv, GetDataSourceListFilters } from '@grafana/runtime';
import { LokiDataSource } from '../loki/loki-data-source';
import { lokiSettings } from '../loki/settings';

/** The data sources that Grafana's server would know: here the one Loki. */
export function createDataSourceSrv(): DataSourceSrv {
  const loki: DataSourceApi = new LokiDataSource(lokiSettings);
  const settingsOf = (ref?: DataSourceRef | string | null): DataSourceInstanceSettings | undefined => {
    const name = typeof ref === 'object' ? ref?.uid : ref;
    return name === undefined || name === lokiSettings.uid || name === lokiSettings.name ? lokiSettings : undefined;
  };
  return {
    get: (ref) =>
      settingsOf(ref) === undefined
        ? Promise.reject(new Error(`Datasource ${typeof ref === 'object' ? ref?.uid : ref} was not found`))
        : Promise.resolve(loki),
    getList: (filters) => [...(passes(filters) ? [lokiSettings] : []), ...builtIn(filters)],
    getInstanceSettings: settingsOf,
    reload: () => undefined,
    registerRuntimeDataSource: () => {
      throw new Error('this host takes no data sources at run time');
    },
  };
}

function passes({ type, pluginId, filter }: GetDataSourceListFilters = {}): boolean {
  const types = type === undefined ? [] : [type].flat();
  return (
    (types.length === 0 || types.includes(lokiSettings.type)) &&
    (pluginId === undefined || pluginId === lokiSettings.type) &&
    (filter?.(lokiSettings) ?? true)
  );
}

/** Grafana puts its own data source into every list but one of a plugin (public/app/features/plugins/datasource_srv.ts). */
function builtIn({ pluginId, filter, tracing }: GetDataSourceListFilters = {}): DataSourceInstanceSettings[] {
  const grafana = { ...lokiSettings, id: -1, uid: 'grafana', name: '-- Grafana --', type: 'grafana' };
  const isListed = pluginId === undefined && tracing !== true && (filter?.(grafana) ?? true);
  return isListed
    ? [{ ...grafana, meta: { ...lokiSettings.meta, id: 'grafana', name: 'Grafana', builtIn: true } }]
    : [];
}
