import { createTheme } from '@grafana/data';
import { setBackendSrv, setDataSourceSrv, setTemplateSrv } from '@grafana/runtime';
import { LokiSource } from '../../src/data/loki-source';
import { RecordCache } from '../../src/data/record-cache';
import { type LoadedRecords, RecordsLoader } from '../../src/data/records-loader';
import { layoutOf, MEASURES } from '../../src/timeline/geometry/layout';
import { UTC } from '../../src/timeline/geometry/time-zone';
import type { View } from '../../src/timeline/geometry/view';
import { containerLives } from '../../src/timeline/model/container-life';
import { nodeLanes } from '../../src/timeline/model/node-lane';
import { timelineModel } from '../../src/timeline/model/timeline-model';
import { hatchOf } from '../../src/timeline/paint/hatch';
import { paintFrame } from '../../src/timeline/paint/paint-frame';
import { paletteOf } from '../../src/timeline/paint/palette';
import { backendSrv } from '../../tools/grafana-host/page/services/backend-srv';
import { createDataSourceSrv } from '../../tools/grafana-host/page/services/data-source-srv';
import { templateSrv } from '../../tools/grafana-host/page/services/variables';

/** What reading and drawing a range took. */
export interface TimelineCost {
  /** Milliseconds until something was drawn, and until everything was. */
  firstMs: number;
  wholeMs: number;
  /** The longest time for which the page's thread did not answer. */
  longestTaskMs: number;
  /** Bytes of the heap that were in use at most, garbage included. */
  heapBytes: number;
  status: string;
  nodes: number;
  containers: number;
  cases: number;
  problem: string | undefined;
}

declare global {
  interface Performance {
    /** Chromium's. */
    memory: { usedJSHeapSize: number };
  }
  interface Window {
    readTimeline(range: View): Promise<TimelineCost>;
  }
}

/** Paints what was read, as the page does. @returns whether there was anything to paint */
function paint(loaded: LoadedRecords, range: View, ctx: CanvasRenderingContext2D): boolean {
  const { records, cases, pressures, status } = loaded;
  const now = Date.now();
  const input = { records, cases, pressures, now, isReading: status === 'loading', read: range };
  const [lives, nodes] = [containerLives(input), nodeLanes(input)];
  const model = timelineModel(lives, nodes, { groupBy: 'node', sort: 'start', now });
  const shape = { measures: MEASURES.normal, shut: new Set<string>(), open: new Set<string>(), showNodeLanes: true };
  const palette = paletteOf(createTheme({ colors: { mode: 'dark' } }));
  paintFrame(ctx, {
    ...{ model, layout: layoutOf(model, { ...shape, view: range }), view: range, scrollTop: 0, palette, zone: UTC },
    ...{
      width: ctx.canvas.width,
      height: ctx.canvas.height,
      language: 'en-US',
      hatch: hatchOf(ctx, palette.unobserved),
    },
    ...{ showNodeLanes: true, showPressure: true, limitLabel: ({ what }: { what: string }) => what, annotations: [] },
    crossingLabel: ({ filesystem }) => filesystem,
    unobservedLabel: (what) => what,
    ...{ pressureLabel: 'DiskPressure', marked: undefined, crosshair: undefined, chosen: undefined },
  });
  return lives.length > 0 || records.disks.length > 0;
}

/** Reads a range with the app's own reader into an empty cache, and paints whenever more has come. */
window.readTimeline = (range) => {
  setBackendSrv(backendSrv);
  setDataSourceSrv(createDataSourceSrv());
  setTemplateSrv(templateSrv);
  const ctx = document.querySelector('canvas')?.getContext('2d');
  if (!ctx) {
    throw new Error('nothing to paint on');
  }
  const loader = new RecordsLoader(new LokiSource('loki'), new RecordCache(), { disks: true, chooseNodes: true });
  const began = performance.now();
  let [firstMs, longestTaskMs, heapBytes] = [NaN, 0, 0];
  let painting: number | undefined;
  const observer = new PerformanceObserver((list) => {
    longestTaskMs = list.getEntries().reduce((longest, { duration }) => Math.max(longest, duration), longestTaskMs);
  });
  observer.observe({ type: 'longtask' });
  return new Promise((resolve) => {
    const draw = () => {
      painting = undefined;
      const loaded = loader.current();
      const isDrawn = paint(loaded, range, ctx);
      firstMs = isDrawn && Number.isNaN(firstMs) ? performance.now() - began : firstMs;
      heapBytes = Math.max(heapBytes, performance.memory.usedJSHeapSize);
      if (loaded.status === 'loading') {
        return;
      }
      unsubscribe();
      const wholeMs = performance.now() - began;
      // A task is reported after its end.
      setTimeout(() => {
        observer.disconnect();
        const { records, cases, status, error, fleet } = loaded;
        const nodes = fleet?.shown.length ?? new Set(records.containers.map(({ node }) => node)).size;
        resolve({
          ...{ firstMs, wholeMs, longestTaskMs, heapBytes, status, nodes, problem: error },
          ...{ containers: records.containers.length, cases: cases.length },
        });
      }, 200);
    };
    // As React does it: what comes while something is drawn is drawn together.
    const unsubscribe = loader.subscribe(() => (painting ??= window.setTimeout(draw)));
    loader.load(range);
  });
};
