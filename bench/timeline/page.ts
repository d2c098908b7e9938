import { createTheme } from '@grafana/data';
import { type Layout, layoutOf, MEASURES } from '../../src/timeline/geometry/layout';
import { UTC } from '../../src/timeline/geometry/time-zone';
import { panned, spanOf, type View, zoomed } from '../../src/timeline/geometry/view';
import { type ContainerLife, containerLives } from '../../src/timeline/model/container-life';
import type { TimelineInput } from '../../src/timeline/model/input';
import { type NodeLane, nodeLanes } from '../../src/timeline/model/node-lane';
import { type TimelineModel, timelineModel } from '../../src/timeline/model/timeline-model';
import type { Frame } from '../../src/timeline/paint/frame';
import { paintFrame } from '../../src/timeline/paint/paint-frame';
import { hatchOf } from '../../src/timeline/paint/hatch';
import { paletteOf } from '../../src/timeline/paint/palette';
import { BEGIN, END, explained, recordsOf, type Size } from './cluster';

const HOUR = 3_600_000;
const whole: View = { from: BEGIN, to: END };
const hour: View = { from: BEGIN + 12 * HOUR, to: BEGIN + 13 * HOUR };
const middle = (BEGIN + END) / 2;

/** What the runner asks for, one call at a time, so that it can measure the CPU of each from outside. */
class Bench {
  input: TimelineInput = {
    records: recordsOf({ jobs: 0, containers: 0, nodes: 0 }),
    cases: [],
    pressures: [],
    now: END,
  };
  lives: ContainerLife[] = [];
  nodes = new Map<string, NodeLane>();
  model: TimelineModel | undefined;
  layout: Layout = { items: [], height: 0 };
  private frame: Frame | undefined;

  generate(size: Size): void {
    this.input = { ...this.input, records: recordsOf(size) };
  }

  explain(): void {
    this.input = { ...this.input, ...explained(this.input.records) };
  }

  makeLives(): number {
    this.lives = containerLives(this.input);
    return this.lives.length;
  }

  makeLanes(): void {
    this.nodes = nodeLanes(this.input);
  }

  makeModel(): void {
    this.model = timelineModel(this.lives, this.nodes, { groupBy: 'node', sort: 'start', now: END });
  }

  /** @returns how many rows there are */
  lay(where: 'whole' | 'hour'): number {
    const options = {
      measures: MEASURES.normal,
      shut: new Set<string>(),
      open: new Set<string>(),
      showNodeLanes: true,
    };
    const layout = this.model && layoutOf(this.model, { ...options, view: where === 'whole' ? whole : hour });
    if (layout && where === 'whole') {
      this.layout = layout;
    }
    return layout?.items.filter(({ kind }) => kind === 'row').length ?? 0;
  }

  /** @param part how far the movement is, 0–1 */
  paint(scene: 'zoom' | 'pan' | 'scroll', part: number): void {
    const ctx = document.querySelector('canvas')?.getContext('2d');
    if (!ctx || !this.model) {
      throw new Error('nothing to paint, or nothing to paint on');
    }
    const { width, height } = ctx.canvas;
    const palette = this.frame?.palette ?? paletteOf(createTheme({ colors: { mode: 'dark' } }));
    this.frame ??= {
      ...{ model: this.model, layout: this.layout, view: whole, width, height, scrollTop: 0, palette, zone: UTC },
      ...{
        language: 'en-US',
        showNodeLanes: true,
        showPressure: true,
        limitLabel: ({ what }) => what,
        crossingLabel: ({ filesystem }) => filesystem,
        unobservedLabel: (what) => what,
        pressureLabel: 'DiskPressure',
        annotations: [],
      },
      ...{ hatch: hatchOf(ctx, palette.unobserved), marked: undefined, crosshair: undefined, chosen: undefined },
    };
    // From the whole day to ten seconds and back; twenty hours to the right; from the first row to the last.
    const wave = (1 - Math.cos(part * 2 * Math.PI)) / 2;
    const scenes = {
      zoom: { view: zoomed(whole, Math.exp(-9 * wave), middle), scrollTop: 2000 },
      pan: { view: panned(hour, (part - 0.5) * 20 * spanOf(hour)), scrollTop: 2000 },
      scroll: { view: whole, scrollTop: part * (this.layout.height - height) },
    };
    paintFrame(ctx, { ...this.frame, ...scenes[scene] });
  }
}

declare global {
  interface Window {
    bench: Bench;
  }
}
window.bench = new Bench();
