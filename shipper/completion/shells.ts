import type { CommandEntry, FlagEntry } from './command-tree';

export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

/** A completion script of the program for a shell. */
export function completionScript(shell: Shell, commands: readonly CommandEntry[]): string {
  return { bash, zsh, fish }[shell](commands);
}

/** A value that is a path; shells complete it themselves. */
const isPath = ({ long, value = '' }: FlagEntry) => value === 'file' || /[-.](file|dir)$/.test(long);

const namesOf = ({ short, long }: FlagEntry) => (short === undefined ? [long] : [short, long]);

/** A word of a shell, whatever is in it. */
const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;

/** The first sentence is enough beside a flag. */
const shortly = (text: string) => text.replace(/\.$/, '').replace(/\s+/g, ' ');

function bash(commands: readonly CommandEntry[]): string {
  const values = commands.flatMap(({ name, flags }) =>
    flags
      .filter((flag) => flag.value !== undefined && !flag.isOptional)
      .map((flag) => {
        const pattern = namesOf(flag)
          .map((one) => quoted(`${name} ${one}`))
          .join(' | ');
        const words =
          flag.choices.length > 0 ? `compgen -W ${quoted(flag.choices.join(' '))}` : isPath(flag) ? 'compgen -f' : '';
        return `    ${pattern}) ${words === '' ? '' : `COMPREPLY=($(${words} -- "$word")); `}return ;;`;
      })
  );
  const words = commands.map(({ name, flags, arguments: given }) => {
    const all = [...given.flatMap(({ choices }) => choices), ...flags.flatMap(namesOf)];
    return `    ${name}) words=${quoted(all.join(' '))} ;;`;
  });
  return `# bash completion of afterlog: source <(afterlog completion bash)
_afterlog() {
  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD - 1]} command='' words='' i
  for ((i = 1; i < COMP_CWORD; i++)); do
    if [[ \${COMP_WORDS[i]} != -* ]]; then
      command=\${COMP_WORDS[i]}
      break
    fi
  done
  COMPREPLY=()
  case "$command $before" in
${values.join('\n')}
  esac
  case $command in
    '') words=${quoted(commands.map(({ name }) => name).join(' '))} ;;
${words.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$word"))
}
complete -o default -F _afterlog afterlog
`;
}

/** In a specification of zsh's \`_arguments\`. */
const inZsh = (text: string) => shortly(text).replace(/[[\]:\\]/g, '\\$&');

function zsh(commands: readonly CommandEntry[]): string {
  const list = commands.map(({ name, description }) => `    ${quoted(`${name}:${inZsh(description)}`)}`);
  const cases = commands.map(({ name, flags, arguments: given }) => {
    const specifications = [
      ...flags.flatMap((flag) =>
        namesOf(flag).map((one) => quoted(`${one}[${inZsh(flag.description)}]${zshValue(flag)}`))
      ),
      ...given.map(({ term, choices }) => {
        const action = choices.length > 0 ? `(${choices.join(' ')})` : '';
        return quoted(`${term.includes('...') ? '*' : '1'}:${inZsh(term)}:${action}`);
      }),
    ];
    return `        ${name})\n          _arguments \\\n${specifications.map((one) => `            ${one}`).join(' \\\n')}\n          ;;`;
  });
  return `#compdef afterlog
# zsh completion of afterlog: afterlog completion zsh > "\${fpath[1]}/_afterlog"
_afterlog() {
  local curcontext=$curcontext state line
  local -a commands=(
${list.join('\n')}
  )
  _arguments -C '1: :->command' '*:: :->arguments'
  case $state in
    command) _describe command commands ;;
    arguments)
      case $words[1] in
${cases.join('\n')}
      esac
      ;;
  esac
}
if [[ $funcstack[1] == _afterlog ]]; then
  _afterlog "$@"
else
  compdef _afterlog afterlog
fi
`;
}

function zshValue(flag: FlagEntry): string {
  if (flag.value === undefined || flag.isOptional) {
    return '';
  }
  const action = flag.choices.length > 0 ? `(${flag.choices.join(' ')})` : isPath(flag) ? '_files' : ' ';
  return `:${inZsh(flag.value)}:${action}`;
}

function fish(commands: readonly CommandEntry[]): string {
  const names = commands.map(({ name }) => name).join(' ');
  const lines = commands.flatMap(({ name, description, flags, arguments: given }) => [
    `complete -c afterlog -n "not __fish_seen_subcommand_from ${names}" -f -a ${name} -d ${fishText(description)}`,
    ...given
      .filter(({ choices }) => choices.length > 0)
      .map(
        ({ choices }) =>
          `complete -c afterlog -n "__fish_seen_subcommand_from ${name}" -f -a ${fishText(choices.join(' '))}`
      ),
    ...flags.map((flag) => {
      const short = flag.short === undefined ? '' : ` -s ${flag.short.slice(1)}`;
      const value =
        flag.value === undefined || flag.isOptional
          ? ''
          : flag.choices.length > 0
            ? ` -x -a ${fishText(flag.choices.join(' '))}`
            : isPath(flag)
              ? ' -r -F'
              : ' -x';
      return `complete -c afterlog -n "__fish_seen_subcommand_from ${name}" -l ${flag.long.slice(2)}${short}${value} -d ${fishText(flag.description)}`;
    }),
  ]);
  return `# fish completion of afterlog: afterlog completion fish > ~/.config/fish/completions/afterlog.fish\n${lines.join('\n')}\n`;
}

const fishText = (text: string) => `'${shortly(text).replace(/['\\]/g, '\\$&')}'`;
