import {
  createDataFrame,
  type DataFrame,
  type DataLink,
  FieldType,
  getLinksSupplier,
  type InterpolateFunction,
  type LinkModel,
} from '@grafana/data';
import type { ContainerLife } from '../../timeline/model/container-life';

/** The data links of a frame's row: those of its fields, each once. */
export function linksOfRow(frame: DataFrame, row: number): LinkModel[] {
  const all = frame.fields.flatMap((field) => field.getLinks?.({ valueRowIndex: row }) ?? []);
  return [...new Map(all.map((link) => [`${link.href} ${link.title}`, link])).values()];
}

/**
 * The panel's data links for a container that records report. They see the fields of docs/panel.md, as if a frame had
 * told: `${__data.fields.job}`.
 */
export function linksOfLife(
  life: ContainerLife,
  links: DataLink[],
  replaceVariables: InterpolateFunction,
  timeZone: string
): LinkModel[] {
  const frame = frameOfLife(life);
  const [first] = frame.fields;
  if (first === undefined || links.length === 0) {
    return [];
  }
  const field = { ...first, config: { links } };
  return getLinksSupplier(frame, field, {}, replaceVariables, timeZone)({ valueRowIndex: 0 });
}

/** A life as a frame with one row, of the fields that users may bring themselves. */
export function frameOfLife(life: ContainerLife): DataFrame {
  const text = (name: string, value: string | null | undefined) => ({
    ...{ name, type: FieldType.string, values: [value ?? null] },
  });
  const time = (name: string, value: number | undefined) => ({
    ...{ name, type: FieldType.time, values: [value ?? null] },
  });
  const number = (name: string, value: number | null) => ({ name, type: FieldType.number, values: [value] });
  return createDataFrame({
    fields: [
      ...[text('pod', life.pod), text('container', life.container), number('restart', life.restart)],
      ...[text('job', life.job), text('cronJob', life.cronJob), text('workload', life.workload)],
      ...[text('cluster', life.cluster), text('namespace', life.namespace), text('node', life.node)],
      ...[time('start', life.started), time('end', life.ended), time('gone', life.gone)],
      ...[text('result', life.exit), number('exitCode', life.exitCode), text('reason', life.exitReason)],
      ...[text('status', life.status), text('cause', life.cause), text('containerId', life.containerId)],
    ],
  });
}
