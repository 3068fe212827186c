import { Argument, type Command } from "commander";
import { write } from "../output.ts";

const shells = ["bash", "zsh", "fish"] as const;
type Shell = (typeof shells)[number];

export function register(noun: Command): void {
  noun
    .addArgument(new Argument("<shell>", "which shell").choices([...shells]))
    .addHelpText("after", '\nExample: eval "$(bridgehead completion bash)"')
    .action((shell: Shell) => write(scripts[shell]));
}

/** Each asks the command itself what may follow, so no script has to know the command's words. */
const scripts: Readonly<Record<Shell, string>> = {
  bash: `_bridgehead() {
  local IFS=$'\\n'
  mapfile -t COMPREPLY < <(bridgehead __complete "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
  local i
  for i in "\${!COMPREPLY[@]}"; do COMPREPLY[i]=$(printf %q "\${COMPREPLY[i]}"); done
}
complete -F _bridgehead bridgehead`,
  zsh: `#compdef bridgehead
_bridgehead() {
  local -a found
  found=("\${(@f)$(bridgehead __complete "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  compadd -a found
}
compdef _bridgehead bridgehead`,
  fish: `function __bridgehead_complete
  set -l words (commandline -opc) (commandline -ct)
  bridgehead __complete $words[2..-1] 2>/dev/null
end
complete -c bridgehead -f -a '(__bridgehead_complete)'`,
};
