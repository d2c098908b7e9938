import type { GrafanaTheme2 } from '@grafana/data';
import type { LogStatus } from '../../../model/records';
import type { ActivityKind } from '../model/activity';
import type { Exit } from '../model/container-life';
import type { MarkKind } from '../model/node-marks';

/** What a canvas takes for a colour. */
type Color = string;

/** All colours of the picture, by what they mean. */
export interface Palette {
  font: string;
  text: Color;
  weak: Color;
  background: Color;
  /** Behind headers. */
  raised: Color;
  line: Color;
  strongLine: Color;
  accent: Color;
  /** The node says it is under DiskPressure. */
  pressure: Color;
  /** Reclaims have begun, and the condition does not say so yet: the band, and the line where it begins. */
  reclaiming: Color;
  firstReclaim: Color;
  /** The hatching: nobody observed. */
  unobserved: Color;
  pressureText: Color;
  nodefs: Color;
  imagefs: Color;
  imageGc: Color;
  eviction: Color;
  exits: Record<Exit, Color>;
  /** A log on its node after its container's end. */
  tails: Record<Exit, Color>;
  statuses: Record<LogStatus, Color>;
  marks: Record<MarkKind, Color>;
  activities: Record<ActivityKind, Color>;
  /** Upon statuses and marks. */
  onColor: Color;
}

/** Colours that a dashboard may set of its own, by the name of the state. */
export type ColorChoices = Partial<Record<Exit | LogStatus, Color>>;

/** The colours in a theme of Grafana. */
export function paletteOf(theme: GrafanaTheme2, choices: ColorChoices = {}): Palette {
  const { colors, visualization, typography, isDark } = theme;
  const named = (name: string) => visualization.getColorByName(name);
  const grey = isDark ? '#7b8087' : '#83868c';
  const exits: Record<Exit, Color> = {
    complete: choices.complete ?? named(isDark ? 'blue' : 'semi-dark-blue'),
    running: choices.running ?? named(isDark ? 'light-blue' : 'blue'),
    failed: choices.failed ?? named(isDark ? 'red' : 'semi-dark-red'),
    unknown: grey,
  };
  const statuses: Record<LogStatus, Color> = {
    complete: choices.complete ?? named(isDark ? 'green' : 'dark-green'),
    rescued: choices.rescued ?? named(isDark ? 'purple' : 'dark-purple'),
    pending: choices.pending ?? grey,
    unknown: choices.unknown ?? (isDark ? '#9fa7b3' : '#5f6670'),
    partial: choices.partial ?? named(isDark ? 'orange' : 'dark-orange'),
    lost: choices.lost ?? named(isDark ? 'red' : 'dark-red'),
  };
  const alpha = (color: Color, amount: number) => withAlpha(theme, color, amount);
  const red = named(isDark ? 'red' : 'semi-dark-red');
  const orange = named(isDark ? 'orange' : 'dark-orange');
  return {
    font: typography.fontFamily,
    text: colors.text.primary,
    weak: colors.text.secondary,
    background: colors.background.primary,
    raised: colors.background.secondary,
    line: colors.border.weak,
    strongLine: colors.border.medium,
    accent: colors.primary.text,
    pressure: alpha(red, isDark ? 0.17 : 0.13),
    reclaiming: alpha(orange, isDark ? 0.38 : 0.42),
    firstReclaim: orange,
    unobserved: alpha(grey, isDark ? 0.55 : 0.6),
    pressureText: isDark ? named('light-red') : named('dark-red'),
    nodefs: named(isDark ? 'purple' : 'dark-purple'),
    imagefs: named(isDark ? 'light-blue' : 'semi-dark-blue'),
    imageGc: named(isDark ? 'yellow' : 'dark-yellow'),
    eviction: red,
    exits,
    tails: {
      complete: alpha(exits.complete, isDark ? 0.5 : 0.42),
      running: alpha(exits.running, 0.4),
      failed: alpha(exits.failed, isDark ? 0.45 : 0.4),
      unknown: alpha(exits.unknown, 0.45),
    },
    statuses,
    marks: {
      'container-gc': red,
      'image-gc': named(isDark ? 'yellow' : 'dark-yellow'),
      eviction: orange,
      rejection: named(isDark ? 'purple' : 'semi-dark-purple'),
      'node-added': statuses.complete,
      'node-removed': grey,
    },
    activities: {
      event: named(isDark ? 'light-blue' : 'semi-dark-blue'),
      image: named(isDark ? 'yellow' : 'dark-yellow'),
      reclaim: red,
      agent: named(isDark ? 'green' : 'dark-green'),
    },
    onColor: isDark ? '#111217' : '#ffffff',
  };
}

function withAlpha(theme: GrafanaTheme2, color: Color, amount: number): Color {
  const hex = /^#([\da-f]{2})([\da-f]{2})([\da-f]{2})$/i.exec(theme.visualization.getColorByName(color));
  const [red, green, blue] = (hex ?? []).slice(1).map((part) => parseInt(part, 16));
  return red === undefined ? color : `rgba(${red}, ${green ?? 0}, ${blue ?? 0}, ${amount})`;
}
