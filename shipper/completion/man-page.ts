import { version } from '../common/version';
import type { CommandEntry, FlagEntry } from './command-tree';

/** A manual page: its file name, and its text in the macros of man(7). */
export interface ManPage {
  file: string;
  text: string;
}

/** The manual pages of the program: `afterlog.1`, and one of each command. @param about the program's description */
export function manPages(about: string, commands: readonly CommandEntry[]): ManPage[] {
  const list = commands.map(
    ({ name, description }) => `.TP\n.BR afterlog\\-${plain(name)} (1)\n${paragraph(description)}`
  );
  const program = [
    head('afterlog', about),
    '.SH SYNOPSIS\n.B afterlog\n.I command\n[options]',
    `.SH DESCRIPTION\n${paragraph(about)}`,
    `.SH COMMANDS\n${list.join('\n')}`,
    EXIT_STATUS,
  ];
  return [{ file: 'afterlog.1', text: `${program.join('\n')}\n` }, ...commands.map(pageOf)];
}

function pageOf(command: CommandEntry): ManPage {
  const { name, description, arguments: given, flags, examples } = command;
  const headings = [...new Set(flags.map(({ heading }) => heading))];
  const sections = [
    head(`afterlog-${name}`, description),
    `.SH SYNOPSIS\n.B afterlog ${plain(name)}\n[options] ${plain(given.map(({ term }) => term).join(' '))}`.trimEnd(),
    `.SH DESCRIPTION\n${paragraph(description)}`,
    ...(given.length > 0
      ? [`.SH ARGUMENTS\n${given.map((one) => `.TP\n.I ${plain(one.term)}\n${paragraph(one.description)}`).join('\n')}`]
      : []),
    ...headings.map((heading) => {
      const under = flags.filter((flag) => flag.heading === heading);
      return `.SH ${plain(heading.replace(/:$/, '').toUpperCase())}\n${under.map(flagText).join('\n')}`;
    }),
    ...(examples.length > 0
      ? [
          `.SH EXAMPLES\n${examples.map(([line, meaning]) => `.TP\n.B ${plain(`afterlog ${line}`)}\n${paragraph(meaning)}`).join('\n')}`,
        ]
      : []),
    EXIT_STATUS,
    '.SH SEE ALSO\n.BR afterlog (1)',
  ];
  return { file: `afterlog-${name}.1`, text: `${sections.join('\n')}\n` };
}

const head = (name: string, description: string) =>
  `.TH "${plain(name.toUpperCase())}" 1 "" "afterlog ${plain(version)}" "Afterlog"\n.SH NAME\n${plain(name)} \\- ${plain(description.replace(/\.$/, ''))}`;

const EXIT_STATUS = `.SH EXIT STATUS
0: done. 1: an error, or the result is incomplete. 2: something was found that
.B \\-\\-fail\\-on
names. 3: nothing was found, and not everything was observed. 130: interrupted.`;

function flagText({ short, long, value, isOptional, description }: FlagEntry): string {
  const names = short === undefined ? long : `${short}, ${long}`;
  const shown = value === undefined ? names : `${names} ${isOptional ? `[${value}]` : `<${value}>`}`;
  return `.TP\n.B ${plain(shown)}\n${paragraph(description)}`;
}

/** Text in a line of a macro: no escape, hyphens that can be copied. */
const plain = (text: string) => text.replaceAll('\\', '\\e').replaceAll('-', '\\-').replaceAll('"', '\\(dq');

/** A line of its own, which no control character begins. */
const paragraph = (text: string) => `\\&${plain(text)}`;
