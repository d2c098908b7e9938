import { formatNs } from '../../model/time';
import type { ContainerPlan, Shape } from './script';
import type { Unit } from './truth';

type Written = Pick<Unit, 'text' | 'stream' | 'ns' | 'bytes'>;

/** Characters, not UTF-16 units: none of them is ever cut in two. */
const FILLER = [...'the quick "brown" fox \\ jumps över the läzy 犬 🐕 '];

/**
 * The bytes that a runtime writes for lines of some shape, and the same as units of truth. The text of each unit is
 * `<number|filler>`, so that it is found again wherever it is stored, in one piece with others or alone.
 */
export class LogText {
  private next = 0;
  private lastNs = 0n;

  constructor(private readonly format: ContainerPlan['format']) {}

  render(shape: Exclude<Shape, { kind: 'hole' }>): { bytes: Buffer; units: Written[] } {
    const units: Written[] = [];
    const chunks: Buffer[] = [];
    const add = (unit: Omit<Written, 'bytes'>, bytes: Buffer) => {
      chunks.push(bytes);
      units.push({ ...unit, bytes: bytes.length });
    };
    const entry = (
      text: string,
      how: { ns?: bigint; stream?: Unit['stream']; partial?: boolean; raw?: Buffer } = {}
    ) => {
      const { ns = this.now(), stream = this.next % 7 === 0 ? 'stderr' : 'stdout', partial = false, raw } = how;
      add({ text, stream, ns }, this.line(ns, stream, partial, raw ?? Buffer.from(text)));
    };
    switch (shape.kind) {
      case 'plain':
        this.times(shape.lines, () => entry(this.text(shape.width)));
        break;
      case 'partial':
        this.times(shape.lines, () => {
          for (let part = 1; part <= shape.parts; part++) {
            for (const stream of ['stdout', 'stderr'] as const) {
              entry(this.text(), { stream, partial: part < shape.parts });
            }
          }
        });
        break;
      case 'open-part':
        entry(this.text(), { stream: 'stdout', partial: true });
        break;
      case 'equal': {
        const ns = this.now();
        this.times(shape.lines, () => entry('<=|the same again>', { ns, stream: 'stdout' }));
        break;
      }
      case 'odd':
        this.times(shape.lines, () => this.odd(entry));
        break;
      case 'raw':
        this.times(shape.lines, () => {
          const text = this.text();
          add({ text, stream: 'stdout', ns: this.now() }, Buffer.from(`${text}\n`));
        });
        break;
      case 'shifted':
        this.times(shape.lines, () => entry(this.text(), { ns: this.now() + BigInt(shape.seconds) * 1_000_000_000n }));
        break;
      case 'nuls':
        chunks.push(Buffer.alloc(shape.bytes));
    }
    return { bytes: Buffer.concat(chunks), units };
  }

  private times(count: number, step: () => void): void {
    for (let i = 0; i < count; i++) {
      step();
    }
  }

  private text(width = 60): string {
    const filler = Array.from({ length: width }, (_, i) => FILLER[i % FILLER.length]).join('');
    return `<${this.next++}|${filler}>`;
  }

  private odd(entry: (text: string, how?: { raw?: Buffer }) => void): void {
    const number = this.next++;
    const forms: ReadonlyArray<readonly number[]> = [
      [0xff, 0xfe, 0x41], // no UTF-8
      [0xe7, 0x8a], // the begin of a character
      [0x41, 0x00, 0x42], // a NUL inside
      [0x0d], // a carriage return at the end
      [0xed, 0xa0, 0x80], // half of a surrogate pair
      [],
    ];
    const form = this.format === 'cri' ? (forms[number % forms.length] ?? []) : [];
    const raw = Buffer.concat([Buffer.from(`<${number}|`), Buffer.from(form), Buffer.from('>')]);
    entry(raw.toString('utf8'), { raw });
  }

  private now(): bigint {
    const now = BigInt(Date.now()) * 1_000_000n;
    this.lastNs = now > this.lastNs ? now : this.lastNs + 1_000n;
    return this.lastNs;
  }

  private line(ns: bigint, stream: string, partial: boolean, content: Buffer): Buffer {
    if (this.format === 'docker') {
      const log = content.toString('utf8') + (partial ? '' : '\n');
      return Buffer.from(`${JSON.stringify({ log, stream, time: formatNs(ns) })}\n`);
    }
    return Buffer.concat([
      Buffer.from(`${formatNs(ns)} ${stream} ${partial ? 'P' : 'F'} `),
      content,
      Buffer.from('\n'),
    ]);
  }
}
