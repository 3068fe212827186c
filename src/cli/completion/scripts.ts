import { filesInstead } from "./answer.ts";

export const shells = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof shells)[number];

/**
 * What a shell loads. It only passes on the line that is being written: what may follow is read from the tree of commands by
 * the command itself, so that a script never names what the installed version does not have.
 */
export function completionScript(shell: Shell): string {
  return scripts[shell];
}

/** The program is called by the name that was typed, so that it is the same one that will run. */
const bash = `# bash completion for bridgehead. Load it with: source <(bridgehead completion bash)
_bridgehead() {
  local IFS=$'\\n'
  COMPREPLY=($("$1" __complete line "\${COMP_LINE:0:COMP_POINT}" 2>/dev/null))
  if [[ \${COMPREPLY[0]-} == ${filesInstead} ]]; then
    COMPREPLY=()
    compopt -o default 2>/dev/null
  fi
}
complete -F _bridgehead bridgehead
`;

const zsh = `#compdef bridgehead
# zsh completion for bridgehead. Load it with: source <(bridgehead completion zsh)
_bridgehead() {
  local -a lines names shown
  local line
  lines=("\${(@f)$("\${(Q)words[1]}" __complete words -- "\${(@Q)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ "\${lines[1]-}" == ${filesInstead} ]]; then
    _files
    return
  fi
  for line in "\${lines[@]}"; do
    [[ -n "$line" ]] || continue
    names+=("\${line%%$'\\t'*}")
    shown+=("\${line/$'\\t'/  -- }")
  done
  (( \${#names} )) && compadd -l -d shown -a names
}
(( $+functions[compdef] )) && compdef _bridgehead bridgehead
`;

const fish = `# fish completion for bridgehead. Load it with: bridgehead completion fish | source
function __bridgehead_complete
    set -l words (commandline -opc)
    set -l lines ($words[1] __complete words -- $words[2..-1] (commandline -ct | string unescape) 2>/dev/null)
    if test "$lines[1]" = "${filesInstead}"
        __fish_complete_path (commandline -ct)
        return
    end
    printf '%s\\n' $lines
end
complete -c bridgehead -f -a '(__bridgehead_complete)'
`;

const scripts: Readonly<Record<Shell, string>> = { bash, zsh, fish };
