import { type KeyboardEvent, useCallback } from 'react';
import { type Item, type Layout } from '../geometry/layout';
import { including, panned, spanOf, zoomed } from '../geometry/view';
import type { TimelineModel } from '../model/timeline-model';
import { type Cursor, moved, type Step } from './grid-cursor';
import type { LiveView } from './live-view';

interface KeyboardOptions {
  layout: Layout;
  model: TimelineModel;
  live: LiveView;
  cursor: Cursor | undefined;
  setCursor: (cursor: Cursor | undefined) => void;
  onToggle: (item: Item) => void;
  onOpen: (life: number) => void;
  /** Back to all that there is. */
  onReset: () => void;
  /** Shows the keys. */
  onHelp: () => void;
}

const steps: Record<string, Step> = {
  ArrowUp: 'up',
  ArrowDown: 'down',
  ArrowLeft: 'left',
  ArrowRight: 'right',
  Home: 'first',
  End: 'last',
  PageUp: 'pageUp',
  PageDown: 'pageDown',
};
const ZOOM = 1.6;

/**
 * The grid's keys: arrows go from row to row and along its containers, Enter opens what is focused, Escape goes back to
 * the row, plus and minus zoom around the focus, Shift with an arrow moves the view, 0 shows everything, ? shows the keys.
 */
export function useKeyboard(options: KeyboardOptions): (event: KeyboardEvent) => void {
  const { layout, model, live, cursor, setCursor, onToggle, onOpen, onReset, onHelp } = options;
  return useCallback(
    (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) {
        return;
      }
      const focus = cursor?.life === undefined ? undefined : model.spans.start[cursor.life];
      const anchor = focus ?? (live.view.from + live.view.to) / 2;
      const step = steps[event.key];
      const isSideways = step === 'left' || step === 'right';
      if (event.shiftKey && isSideways) {
        live.glide(panned(live.view, (spanOf(live.view) / 5) * (step === 'left' ? -1 : 1)));
      } else if (step !== undefined) {
        const to = moved(cursor, step, layout, model, live.view);
        setCursor(to);
        if (to?.life !== undefined) {
          const view = including(live.view, model.spans.start[to.life] ?? anchor);
          if (view !== live.view) {
            live.glide(view);
          }
        }
      } else if (event.key === '+' || event.key === '=') {
        live.glide(zoomed(live.view, 1 / ZOOM, anchor));
      } else if (event.key === '-' || event.key === '_') {
        live.glide(zoomed(live.view, ZOOM, anchor));
      } else if (event.key === '0') {
        onReset();
      } else if (event.key === '?') {
        onHelp();
      } else if (event.key === 'Escape' && cursor?.life !== undefined) {
        setCursor({ key: cursor.key, life: undefined });
      } else if (event.key === 'Enter' && cursor) {
        const item = layout.items.find(({ key }) => key === cursor.key);
        if (cursor.life !== undefined) {
          onOpen(cursor.life);
        } else if (item?.kind === 'life') {
          onOpen(item.index);
        } else if (item?.kind === 'row' && item.row.last - item.row.first === 1) {
          onOpen(item.row.first);
        } else if (item) {
          onToggle(item);
        }
      } else {
        return;
      }
      event.preventDefault();
    },
    [layout, model, live, cursor, setCursor, onToggle, onOpen, onReset, onHelp]
  );
}
