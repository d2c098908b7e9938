import React from 'react';
import type { SelectableValue } from '@grafana/data';
import { Field, Input, RadioButtonGroup, Stack } from '@grafana/ui';
import { LAYOUTS, type LayoutPreset, type LogLayout } from '../../../model/log-layouts';
import { t } from '../../shared/texts';

/** How the containers' logs are labelled: as a usual shipper does it, or by names given one by one. */
export function LayoutFields({ layout, onChange }: { layout: LogLayout; onChange: (layout: LogLayout) => void }) {
  const presets: Array<SelectableValue<LayoutPreset> & { value: LayoutPreset }> = [
    { value: 'afterlog', label: t('layout.afterlog', 'Afterlog’s agent') },
    { value: 'k8s-monitoring', label: 'k8s-monitoring-helm' },
    { value: 'alloy', label: 'Grafana Alloy' },
    { value: 'promtail', label: 'Promtail' },
    { value: 'opentelemetry', label: 'OpenTelemetry' },
    { value: 'other', label: t('layout.other', 'Other names') },
  ];
  const names: Array<[name: 'cluster' | 'namespace' | 'container' | 'pod', label: string]> = [
    ['cluster', t('layout.cluster', 'Cluster (empty if there is none)')],
    ['namespace', t('layout.namespace', 'Namespace')],
    ['container', t('layout.container', 'Container')],
    ['pod', t('layout.pod', 'Pod')],
  ];
  return (
    <>
      <Field
        label={t('layout.title', 'Who ships the containers’ logs')}
        description={t(
          'layout.what',
          'The labels to find them by. With another shipper than Afterlog’s agent a log is found by its pod and its time.'
        )}
      >
        <RadioButtonGroup
          options={presets}
          value={layout.preset}
          onChange={(preset) => onChange(preset === 'other' ? { ...layout, preset } : LAYOUTS[preset])}
        />
      </Field>
      {layout.preset === 'other' && (
        <Stack direction="row" gap={2} wrap="wrap">
          {names.map(([name, label]) => (
            <Field key={name} label={label} htmlFor={`layout-${name}`}>
              <Input
                id={`layout-${name}`}
                width={24}
                value={layout[name]}
                onChange={({ currentTarget }) => onChange({ ...layout, [name]: currentTarget.value.trim() })}
              />
            </Field>
          ))}
          <Field label={t('layout.pod-is', 'The pod’s name is')}>
            <RadioButtonGroup
              options={[
                { value: 'label' as const, label: t('layout.label', 'a label') },
                { value: 'metadata' as const, label: t('layout.metadata', 'structured metadata') },
              ]}
              value={layout.podIs}
              onChange={(podIs) => onChange({ ...layout, podIs })}
            />
          </Field>
        </Stack>
      )}
    </>
  );
}
