import { getDataSourceSrv, locationService } from '@grafana/runtime';
import { useEffect, useMemo, useState } from 'react';
import * as z from 'zod';
import { useLocation } from '../../chrome/HostContext';
import { LokiDataSource } from '../../loki/loki-data-source';
import { type ChosenVariable, setVariables } from '../../services/variables';
import type { VariableJson } from './dashboard-json';

/** A variable with what can be chosen and what is. */
export interface DashboardVariable extends VariableJson {
  options: string[];
  chosen: string[];
}

const ALL = '$__all';
/** What Grafana's Loki data source keeps of a variable over the values of a label. */
const labelValues = z.object({ label: z.string(), stream: z.string().default('') });

/** The variables of a dashboard: their values are in the address, as `var-NAME`. undefined until they are known. */
export function useVariables(list: readonly VariableJson[]): DashboardVariable[] | undefined {
  const { search } = useLocation();
  const [options, setOptions] = useState<Map<string, string[]>>();
  useEffect(() => {
    Promise.all(list.map(async (one) => [one.name, await optionsOf(one)] as const)).then(
      (found) => setOptions(new Map(found)),
      () => setOptions(new Map())
    );
  }, [list]);
  return useMemo(() => {
    if (options === undefined) {
      return undefined;
    }
    const params = new URLSearchParams(search);
    const variables = list.map((one) => {
      const given = params.getAll(`var-${one.name}`);
      const chosen = given.length > 0 ? given : [one.current.value].flat();
      return { ...one, options: options.get(one.name) ?? [], chosen };
    });
    setVariables(variables.map(chosenOf));
    return variables;
  }, [list, options, search]);
}

async function optionsOf({ type, query }: VariableJson): Promise<string[]> {
  const wanted = labelValues.safeParse(query).data;
  const loki = type === 'query' && wanted ? await getDataSourceSrv().get('loki') : undefined;
  if (!(loki instanceof LokiDataSource) || wanted === undefined) {
    return [];
  }
  return z
    .array(z.string())
    .parse(await loki.languageProvider.fetchLabelValues(wanted.label, { streamSelector: wanted.stream || undefined }));
}

function chosenOf({ name, chosen, options, allValue, multi }: DashboardVariable): ChosenVariable {
  const isAll = chosen.includes(ALL);
  const values = isAll ? options : chosen;
  return { name, value: multi ? values : (values[0] ?? ''), all: isAll ? (allValue ?? undefined) : undefined };
}

export const choose = (name: string, values: string[]): void =>
  locationService.partial({ [`var-${name}`]: values.length === 0 ? ALL : values }, true);
