import React, { type ReactNode, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { cx } from '@emotion/css';
import { t } from '../../shared/texts';
import { useStyles2 } from '@grafana/ui';
import { type Item, layoutOf, MEASURES, type RowHeight } from '../geometry/layout';
import { zoneOf } from '../geometry/time-zone';
import { type View } from '../geometry/view';
import type { Activity } from '../model/activity';
import type { Annotation } from '../model/annotation';
import type { ContainerLife } from '../model/container-life';
import type { NodeLane } from '../model/node-lane';
import { type Grouping, type Sorting } from '../model/orders';
import { timelineModel } from '../model/timeline-model';
import { AXIS_HEIGHT } from '../paint/frame';
import { viewText } from './describe';
import type { Cursor } from './grid-cursor';
import { KeysHelp } from './KeysHelp';
import { LiveView } from './live-view';
import { Minimap } from './Minimap';
import { Rows } from './Rows';
import { getTimelineStyles } from './timeline-styles';
import { Tooltip } from './Tooltip';
import { useSize } from './use-canvas';
import { useFocus } from './use-focus';
import { useKeyboard } from './use-keyboard';
import { usePalette } from './use-palette';
import { usePicture } from './use-picture';
import { type SharedCrosshair, usePointer } from './use-pointer';

export type { SharedCrosshair } from './use-pointer';

export interface TimelineViewProps {
  /** Those that pass the filters. The same array as long as they are the same. */
  lives: readonly ContainerLife[];
  nodes: Map<string, NodeLane>;
  now: number;
  view: View;
  onView: (view: View) => void;
  /** All that was loaded: shown in the minimap, and what 0 goes back to. No minimap without it. */
  whole?: View;
  groupBy: Grouping;
  sort: Sorting;
  rowHeight: RowHeight;
  showNodeLanes: boolean;
  showPressure: boolean;
  /** All that happened on each node, by `nodeKey()`: shown below its disk. Not shown where undefined. */
  activities?: ReadonlyMap<string, readonly Activity[]>;
  /** As Grafana names it. */
  timeZone: string;
  language: string;
  annotations?: readonly Annotation[];
  crosshair?: SharedCrosshair;
  onOpen: (life: ContainerLife) => void;
  /** A node's lane to be brought into sight; another object asks anew. */
  goTo?: { nodeKey: string };
  /** What it is called, where there are several on a page. */
  label?: string;
  /** false where what is around it has a frame already. */
  isFramed?: boolean;
  /** In place of rows where there are none. */
  empty?: ReactNode;
}

const NONE: ReadonlySet<string> = new Set();
const NO_ANNOTATIONS: readonly Annotation[] = [];

/** The timeline: a canvas under an ARIA grid, moved by pointer, wheel and keys. */
export function TimelineView(props: TimelineViewProps) {
  const { lives, nodes, now, view, onView, groupBy, sort, rowHeight, showNodeLanes, timeZone, goTo } = props;
  const { annotations = NO_ANNOTATIONS, isFramed = true, activities } = props;
  const styles = useStyles2(getTimelineStyles);
  const palette = usePalette();
  const zone = useMemo(() => zoneOf(timeZone), [timeZone]);
  const scroller = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const size = useSize(scroller);
  const labelWidth = size.width > 1100 ? 250 : size.width > 700 ? 200 : 130;
  const plot = { width: Math.max(0, size.width - labelWidth), height: size.height };

  const [open, setOpen] = useState(NONE);
  const [shut, setShut] = useState(NONE);
  const [cursor, setCursor] = useState<Cursor>();
  const [scrolled, setScrolled] = useState(0);

  // One for the life of the component: the page's view is followed, not taken anew.
  const [live] = useState(() => new LiveView(view));
  useEffect(() => live.subscribeRest(onView), [live, onView]);
  useEffect(() => live.follow(view), [live, view]);
  useEffect(() => () => live.end(), [live]);

  const model = useMemo(() => timelineModel(lives, nodes, { groupBy, sort, now }), [lives, nodes, groupBy, sort, now]);
  const layout = useMemo(
    () => layoutOf(model, { measures: MEASURES[rowHeight], shut, open, view, showNodeLanes, activities }),
    [model, rowHeight, shut, open, view, showNodeLanes, activities]
  );

  const picture = usePicture({ ...props, annotations, canvas, model, layout, live, palette, zone, plot, scroller });

  const onOpen = props.onOpen;
  const openLife = useCallback(
    (index: number) => {
      const life = model.lives[index];
      if (life) {
        onOpen(life);
      }
    },
    [model, onOpen]
  );
  const toggle = useCallback((item: Item) => {
    const flip = (key: string) => (before: ReadonlySet<string>) => {
      const next = new Set(before);
      return next.delete(key) ? next : next.add(key);
    };
    if (item.kind === 'group') {
      setShut(flip(item.group.key));
    } else if (item.kind === 'row') {
      setOpen(flip(item.row.key));
    }
  }, []);
  const pointer = usePointer({
    canvas,
    live,
    plot,
    picture,
    model,
    layout,
    annotations,
    crosshair: props.crosshair,
    openLife,
    toggle,
  });
  const whole = props.whole;
  const onReset = useCallback(() => whole && live.glide(whole), [whole, live]);
  const [isHelpShown, showHelp] = useState(false);
  const onHelp = useCallback(() => showHelp(true), []);
  const onKeyDown = useKeyboard({
    layout,
    model,
    live,
    cursor,
    setCursor,
    onToggle: toggle,
    onOpen: openLife,
    onReset,
    onHelp,
  });

  const focused = useFocus({ scroller, layout, model, view, plot, cursor, picture, goTo });
  const onFocusItem = useCallback(
    (item: Item) => setCursor((before) => (before?.key === item.key ? before : { key: item.key, life: undefined })),
    []
  );

  return (
    <div className={cx(styles.timeline, isFramed && styles.framed)}>
      {whole && <Minimap model={model} whole={whole} live={live} palette={palette} labelWidth={labelWidth} />}
      <div className={styles.frame}>
        <div className={styles.corner} style={{ width: labelWidth, height: AXIS_HEIGHT }} aria-hidden="true">
          {cornerText(groupBy)}
        </div>
        <div
          ref={scroller}
          className={styles.scroller}
          data-scroller
          onScroll={({ currentTarget: { scrollTop } }) => {
            picture.schedule();
            setScrolled(Math.floor(scrollTop / STEP) * STEP);
          }}
        >
          <div style={{ height: AXIS_HEIGHT + layout.height, position: 'relative' }}>
            <canvas
              ref={canvas}
              className={styles.canvas}
              style={{ marginLeft: labelWidth, marginBottom: -plot.height, width: plot.width, height: plot.height }}
              aria-hidden="true"
            />
            <div
              role="treegrid"
              aria-label={props.label ?? t('timeline.grid.label', 'Job runs over time')}
              aria-rowcount={layout.items.length}
              aria-colcount={2}
              className={styles.grid}
              onKeyDown={onKeyDown}
            >
              <Rows
                {...{ model, layout, zone, view, palette, showNodeLanes, labelWidth, focused }}
                from={scrolled - STEP}
                to={scrolled + plot.height + 2 * STEP}
                cursor={cursor ?? firstCursor(layout.items[0])}
                onToggle={toggle}
                onFocus={onFocusItem}
              />
            </div>
          </div>
        </div>
        {layout.items.length === 0 && <div className={styles.empty}>{props.empty}</div>}
        {pointer.reported && (
          <Tooltip
            {...pointer.reported}
            zone={zone}
            x={pointer.reported.x + labelWidth}
            width={size.width}
            height={size.height}
          />
        )}
      </div>
      <div role="status" aria-live="polite" className={styles.hidden}>
        {viewText(view, zone)}
      </div>
      {isHelpShown && <KeysHelp onClose={() => showHelp(false)} />}
    </div>
  );
}

/** The document follows the scrolling in steps of this; in between the browser moves what is there. Pixels. */
const STEP = 240;

const firstCursor = (item: Item | undefined): Cursor | undefined => item && { key: item.key, life: undefined };

function cornerText(groupBy: Grouping): string {
  const texts: Record<Grouping, string> = {
    node: t('timeline.corner.node', 'Node and Job run'),
    job: t('timeline.corner.job', 'Job'),
    cronJob: t('timeline.corner.cron-job', 'CronJob and Job run'),
    namespace: t('timeline.corner.namespace', 'Namespace and Job run'),
  };
  return texts[groupBy];
}
