import type { DataFrame, GrafanaTheme2 } from '@grafana/data';
import type { Annotation } from '../../timeline/model/annotation';

/** The annotations of a dashboard, as Grafana hands them to panels: a row each. */
export function annotationsOf(frames: readonly DataFrame[] | undefined, theme: GrafanaTheme2): Annotation[] {
  return (frames ?? []).flatMap((frame) => {
    const at = (name: string, row: number): unknown => frame.fields.find((field) => field.name === name)?.values[row];
    return Array.from({ length: frame.length }, (_, row) => row).flatMap((row): Annotation[] => {
      const from = Number(at('time', row) ?? NaN);
      const end = Number(at('timeEnd', row) ?? NaN);
      const color = at('color', row);
      const words = [at('title', row), at('text', row)].filter((word) => typeof word === 'string' && word !== '');
      return Number.isNaN(from)
        ? []
        : [
            {
              from,
              to: end > from ? end : from,
              color: theme.visualization.getColorByName(typeof color === 'string' ? color : 'blue'),
              text: plain(words.join(': ')),
            },
          ];
    });
  });
}

/** Annotations may hold HTML, which is not drawn. */
const plain = (text: string): string =>
  text
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
