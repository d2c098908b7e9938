import { Presets, SingleBar } from 'cli-progress';

export interface DemoProgress {
  /** Of the replay, 0 to 1. */
  fraction: number;
  /** What to say beside it. */
  text: string;
}

export interface ProgressView {
  show(progress: DemoProgress): void;
  stop(): void;
}

const LINE_EVERY_MS = 3_000;

/** A bar on a terminal; anywhere else a line every few seconds and one at the end. */
export function progressView(stream: NodeJS.WriteStream): ProgressView {
  return stream.isTTY ? bar(stream) : lines(stream);
}

function bar(stream: NodeJS.WriteStream): ProgressView {
  const single = new SingleBar(
    { stream, format: '  {bar} {percentage}%  {text}', hideCursor: true, fps: 10, barsize: 30, gracefulExit: false },
    Presets.shades_classic
  );
  single.start(1000, 0, { text: '' });
  return {
    show: ({ fraction, text }) => single.update(Math.floor(fraction * 1000), { text }),
    stop: () => single.stop(),
  };
}

function lines(stream: NodeJS.WriteStream): ProgressView {
  let last: DemoProgress | undefined;
  let written = Date.now();
  const write = ({ fraction, text }: DemoProgress) => {
    stream.write(`  ${String(Math.floor(fraction * 100)).padStart(3)} %  ${text}\n`);
    written = Date.now();
    last = undefined;
  };
  return {
    show(progress) {
      last = progress;
      if (Date.now() - written >= LINE_EVERY_MS) {
        write(progress);
      }
    },
    stop() {
      if (last) {
        write(last);
      }
    },
  };
}
