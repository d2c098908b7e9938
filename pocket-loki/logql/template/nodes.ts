/** A parsed template. */
export type Node =
  | { kind: 'text'; text: string }
  | { kind: 'output'; pipe: Pipe }
  | { kind: 'if' | 'with' | 'range'; pipe: Pipe; then: Node[]; otherwise: Node[] };

/** Commands, each of which gets the value of the one before as its last argument. */
export interface Pipe {
  /** `$x := …`; for `range $i, $x := …` two names. */
  variables: string[];
  /** `$x = …`: changes a variable that is there already. */
  assigns: boolean;
  commands: Command[];
}

/** A function with arguments, or a single operand. */
export interface Command {
  operands: Operand[];
}

export type Operand =
  | { kind: 'literal'; value: string | number | bigint | boolean | undefined }
  /** `.a.b`, `$x.a`, `(…).a`: where to start, and the fields from there. */
  | { kind: 'path'; from: 'dot' | { variable: string } | Pipe; fields: string[] }
  | { kind: 'call'; name: string };
