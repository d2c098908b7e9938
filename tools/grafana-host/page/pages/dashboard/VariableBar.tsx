import { InlineField, Input, MultiSelect, Select, Stack } from '@grafana/ui';
import React from 'react';
import { choose, type DashboardVariable } from './use-variables';

const ALL = { label: 'All', value: '$__all' };

/** The dashboard's variables, to be chosen. */
export const VariableBar = ({ variables }: { variables: readonly DashboardVariable[] }) => (
  <Stack direction="row" gap={1} wrap="wrap">
    {variables
      .filter(({ hide, type }) => hide !== 2 && (type === 'query' || type === 'textbox'))
      .map((variable) => (
        <InlineField key={variable.name} label={variable.label ?? variable.name} htmlFor={`var-${variable.name}`}>
          <Choice variable={variable} />
        </InlineField>
      ))}
  </Stack>
);

function Choice({ variable }: { variable: DashboardVariable }) {
  const { name, type, chosen, options, includeAll, multi } = variable;
  const inputId = `var-${name}`;
  if (type === 'textbox') {
    const take = ({ currentTarget }: { currentTarget: HTMLInputElement }) => choose(name, [currentTarget.value]);
    return (
      <Input
        id={inputId}
        width={16}
        defaultValue={chosen[0]}
        onBlur={take}
        onKeyDown={(e) => e.key === 'Enter' && take(e)}
      />
    );
  }
  const all = [...(includeAll ? [ALL] : []), ...options.map((value) => ({ label: value, value }))];
  const common = { inputId, options: all, minMenuHeight: 200 };
  return multi ? (
    <MultiSelect
      {...common}
      width="auto"
      value={chosen}
      onChange={(some) =>
        choose(
          name,
          some.flatMap(({ value }) => (value === undefined || value === ALL.value ? [] : [value]))
        )
      }
    />
  ) : (
    <Select {...common} width="auto" value={chosen[0]} onChange={({ value }) => value && choose(name, [value])} />
  );
}
