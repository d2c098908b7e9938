import type { Annotation } from '../model/annotation';
import type { MarkPlace } from '../geometry/mark-places';
import type { Layout } from '../geometry/layout';
import type { Zone } from '../geometry/time-zone';
import type { View } from '../geometry/view';
import type { Crossing } from '../model/crossings';
import type { UnobservedKind } from '../model/unobserved';
import type { Limit } from '../model/node-limits';
import type { TimelineModel } from '../model/timeline-model';
import type { Palette } from './palette';

/** All that one picture depends on. Sizes in CSS pixels. */
export interface Frame {
  model: TimelineModel;
  layout: Layout;
  view: View;
  width: number;
  height: number;
  scrollTop: number;
  palette: Palette;
  zone: Zone;
  language: string;
  showNodeLanes: boolean;
  showPressure: boolean;
  /** The word in the bands. */
  pressureLabel: string;
  /** What a limit's line is, in a word or two. */
  limitLabel: (limit: Limit) => string;
  /** What the kubelet found, and how fast the disk filled. */
  crossingLabel: (crossing: Crossing) => string;
  unobservedLabel: (what: UnobservedKind) => string;
  /** Panels only. */
  annotations: readonly Annotation[];
  /** For what nobody observed. */
  hatch: CanvasPattern | string;
  /** What the pointer or the focus is on. */
  marked: { index?: number; mark?: MarkPlace } | undefined;
  /** A moment that is pointed at, here or in another panel. */
  crosshair: number | undefined;
  /** The stretch that is being chosen. */
  chosen: View | undefined;
}

/** The axis at the top. Pixels. */
export const AXIS_HEIGHT = 28;
