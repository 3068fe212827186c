import { Argument, type Command } from "commander";
import { completionScript, type Shell, shells } from "../completion/scripts.ts";
import { examples } from "../verb.ts";

export function register(noun: Command): void {
  noun
    .addArgument(new Argument("<shell>", "which shell").choices([...shells]))
    .action((shell: Shell) => {
      process.stdout.write(completionScript(shell));
    })
    .addHelpText("after", examples("completion bash >> ~/.bash_completion"));
}
