import React, { memo } from 'react';
import { cx } from '@emotion/css';
import { t } from '../../shared/texts';
import { Icon, useStyles2 } from '@grafana/ui';
import { type Header, type Item, type Layout, itemsWithin } from '../geometry/layout';
import type { Zone } from '../geometry/time-zone';
import type { View } from '../geometry/view';
import type { TimelineModel } from '../model/timeline-model';
import { AXIS_HEIGHT } from '../paint/frame';
import type { Palette } from '../paint/palette';
import { exitText, laneSummary, lifeSentence, nodeLogText, ranText, rowSummary, statusText } from './describe';
import type { Cursor } from './grid-cursor';
import { NodeLabel } from './NodeLabel';
import { getRowStyles } from './row-styles';

export interface RowsProps {
  model: TimelineModel;
  layout: Layout;
  zone: Zone;
  /** What is shown, as it came to rest. */
  view: View;
  palette: Palette;
  showNodeLanes: boolean;
  /** What is scrolled to, and a little around it. Pixels from the top. */
  from: number;
  to: number;
  cursor: Cursor | undefined;
  labelWidth: number;
  /** The place of the life that the keyboard is on, in the picture. */
  focused: { left: number; width: number; middle: number } | undefined;
  onToggle: (item: Item) => void;
  onFocus: (item: Item) => void;
}

/**
 * The rows as an ARIA grid: names beside the picture, and what the picture shows of each row in words. Only what can be
 * seen is in the document; `aria-rowindex` tells where that is in the whole.
 */
export const Rows = memo(function Rows(props: RowsProps) {
  const { layout, from, to } = props;
  const [first, last] = itemsWithin(layout, from, to);
  return (
    <>
      {groupsWithin(layout, first, last).map(({ header, headerIndex, items }) => (
        <RowGroup key={header.key} {...props} header={header} headerIndex={headerIndex} items={items} />
      ))}
    </>
  );
});

interface Portion {
  header: Header;
  headerIndex: number;
  items: Array<{ item: Item; index: number }>;
}

/** The items from `first` to before `last` under their headers, the first one's included. */
function groupsWithin({ items }: Layout, first: number, last: number): Portion[] {
  const portions: Portion[] = [];
  let begin = first;
  while (begin > 0 && items[begin]?.kind !== 'group') {
    begin--;
  }
  for (let index = begin; index < last; index = index === begin ? Math.max(first, begin + 1) : index + 1) {
    const item = items[index];
    if (item?.kind === 'group') {
      portions.push({ header: item, headerIndex: index, items: [] });
    } else if (item) {
      portions.at(-1)?.items.push({ item, index });
    }
  }
  return portions;
}

type RowGroupProps = RowsProps & Portion;

function RowGroup({ header, headerIndex, items, ...props }: RowGroupProps) {
  const styles = useStyles2(getRowStyles);
  const { cursor, labelWidth, model, onToggle, onFocus, palette, showNodeLanes } = props;
  const { group, isOpen, height } = header;
  const name = group.label || t('timeline.group.none', 'Without a CronJob');
  const hasRows = group.rows.length > 0;
  const Toggle = <ToggleButton isOpen={isOpen} onToggle={() => onToggle(header)} isShown={hasRows} />;
  return (
    <div role="rowgroup" className={styles.group} style={{ top: header.top, height: header.bottom - header.top }}>
      <div
        role="row"
        aria-level={1}
        aria-rowindex={headerIndex + 1}
        aria-expanded={hasRows ? isOpen : undefined}
        tabIndex={cursor?.key === header.key ? 0 : -1}
        data-key={header.key}
        className={cx(styles.row, styles.header)}
        style={{ height, top: AXIS_HEIGHT }}
        onFocus={() => onFocus(header)}
      >
        <div role="rowheader" className={cx(styles.label, styles.headerLabel)} style={{ width: labelWidth }}>
          {group.node && showNodeLanes ? (
            <NodeLabel lane={group.node} group={group} palette={palette} now={model.now} toggle={Toggle} />
          ) : (
            <>
              {Toggle}
              <span className={styles.name} title={name}>
                {name}
              </span>
              <span className={styles.count}>{group.cases > 0 ? `${group.cases} / ${group.lives}` : group.lives}</span>
            </>
          )}
        </div>
        <div role="gridcell" className={styles.hidden}>
          {t('timeline.group.summary', 'containers: {{lives}}, lost-log cases: {{cases}}', {
            lives: group.lives,
            cases: group.cases,
          })}
          {group.node && showNodeLanes && `. ${laneSummary(group.node, props.view, props.zone, model.now)}`}
        </div>
      </div>
      {items.map(({ item, index }) => (
        <ItemRow key={item.key} {...props} item={item} index={index} top={item.top - header.top} />
      ))}
    </div>
  );
}

function ItemRow({ item, index, top, ...props }: RowsProps & { item: Item; index: number; top: number }) {
  const styles = useStyles2(getRowStyles);
  const { model, zone, cursor, labelWidth, focused, onToggle, onFocus } = props;
  const isHere = cursor?.key === item.key;
  const life = item.kind === 'life' ? model.lives[item.index] : undefined;
  const onLife = isHere && cursor.life !== undefined ? model.lives[cursor.life] : undefined;
  return (
    <div
      role="row"
      aria-level={item.kind === 'life' ? 3 : 2}
      aria-rowindex={index + 1}
      aria-expanded={item.kind === 'row' && item.row.last - item.row.first > 1 ? item.isOpen : undefined}
      tabIndex={isHere && onLife === undefined ? 0 : -1}
      data-key={item.key}
      className={styles.row}
      style={{ top, height: item.height }}
      onFocus={(event) => event.target === event.currentTarget && onFocus(item)}
    >
      <div role="rowheader" className={styles.label} style={{ width: labelWidth, paddingLeft: life ? 44 : 20 }}>
        {item.kind === 'row' && <RowLabel item={item} onToggle={onToggle} />}
        {life && (
          <span className={styles.name} title={`${life.pod} / ${life.container}`}>
            {shortName(life.pod, item.kind === 'life' ? item.row.label : '')} / {life.container}
            {life.restart > 0 && ` #${life.restart}`}
          </span>
        )}
      </div>
      <div role="gridcell" className={styles.hidden}>
        {item.kind === 'row' && rowSummary(item.row, model.lives, zone)}
        {life &&
          [
            ranText(life, zone),
            exitText(life.exit, life.exitCode),
            nodeLogText(life, zone),
            statusText(life.status),
          ].join('; ')}
      </div>
      {onLife && focused && (
        <div
          role="gridcell"
          tabIndex={0}
          data-life={onLife.id}
          aria-label={lifeSentence(onLife, zone)}
          className={styles.focus}
          style={{ left: labelWidth + focused.left - 3, width: focused.width + 6, top: focused.middle - 9, height: 18 }}
        />
      )}
    </div>
  );
}

function RowLabel({ item, onToggle }: { item: Extract<Item, { kind: 'row' }>; onToggle: (item: Item) => void }) {
  const styles = useStyles2(getRowStyles);
  const { row, isOpen } = item;
  const count = row.last - row.first;
  return (
    <>
      <ToggleButton isOpen={isOpen} onToggle={() => onToggle(item)} isShown={count > 1} />
      <span className={cx(styles.name, !row.isJob && styles.noJob)} title={`${row.namespace}/${row.label}`}>
        {row.label}
      </span>
      {row.failed > 0 && (
        <Icon
          name="exclamation-circle"
          size="sm"
          className={styles.failed}
          title={t('timeline.row.failed', 'failed: {{count}}', { count: row.failed })}
        />
      )}
      <span className={styles.count}>{count > 1 ? count : ''}</span>
    </>
  );
}

/** The keyboard has Enter for it; this is for the pointer. */
function ToggleButton({ isOpen, isShown, onToggle }: { isOpen: boolean; isShown: boolean; onToggle: () => void }) {
  const styles = useStyles2(getRowStyles);
  return isShown ? (
    <span className={styles.toggle} onClick={onToggle} aria-hidden="true">
      <Icon name={isOpen ? 'angle-down' : 'angle-right'} size="md" />
    </span>
  ) : (
    <span className={styles.toggle} />
  );
}

/** A pod's name without the Job's in front, which stands above it. */
const shortName = (pod: string, job: string): string => (pod.startsWith(`${job}-`) ? `…${pod.slice(job.length)}` : pod);
