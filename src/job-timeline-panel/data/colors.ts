import { type GrafanaTheme2, MappingType, type ValueMapping } from '@grafana/data';
import { EXITS, LOG_STATUSES } from '../../timeline/model/spans';
import type { ColorChoices } from '../../timeline/paint/palette';

const STATES = new Set<string>([...EXITS, ...LOG_STATUSES]);
const isState = (text: string): text is keyof ColorChoices => STATES.has(text);

/** The colours that value mappings give to states, by the state's name: `lost`, `complete`, `failed`, … */
export function colorsOfMappings(mappings: readonly ValueMapping[], theme: GrafanaTheme2): ColorChoices {
  const choices: ColorChoices = {};
  for (const mapping of mappings) {
    for (const [state, { color }] of mapping.type === MappingType.ValueToText ? Object.entries(mapping.options) : []) {
      if (isState(state) && color !== undefined) {
        choices[state] = theme.visualization.getColorByName(color);
      }
    }
  }
  return choices;
}
