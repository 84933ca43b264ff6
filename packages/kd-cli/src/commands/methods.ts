import type { RunCommand } from '../cli/command.ts';
import { exitCode } from '../cli/exit-code.ts';
import { colorsOf } from '../cli/host.ts';
import { choiceOption, switchOption } from '../cli/options.ts';
import { UsageError } from '../cli/usage-error.ts';
import { describeMethods, type ListedMethod, listMethods } from '../methods/describe-methods.ts';
import { methodPage } from '../methods/method-pages.ts';
import { kebabCase } from '../text/kebab-case.ts';
import { didYouMean } from '../text/nearest.ts';

/** `kd methods`: every method by name, and `kd methods NAME`: the page on one. */
export const methodsCommand: RunCommand = async ({ positional, options }, host) => {
  const methods = listMethods();
  const family = choiceOption(options, 'family', [...new Set(methods.map((each) => each.family))]);
  const json = switchOption(options, 'json');
  const print = (output: string | object): void => {
    host.stdout.write(`${typeof output === 'string' ? output.trimEnd() : JSON.stringify(output, null, 2)}\n`);
  };

  const [wanted] = positional;
  if (wanted !== undefined) {
    if (family !== undefined) {
      throw new UsageError('--family chooses from the list; a single method needs none.');
    }
    const method = findMethod(wanted, methods);
    const page = await methodPage(method.name);
    print(json ? { ...method, page } : page);
    return exitCode.ok;
  }
  const chosen = methods.filter((method) => family === undefined || method.family === family);
  print(json ? chosen : describeMethods(chosen, colorsOf(host, 'stdout')));
  return exitCode.ok;
};

/** By the name in configurations, or that of the page. */
function findMethod(wanted: string, methods: readonly ListedMethod[]): ListedMethod {
  const found = methods.find(({ name }) => name === wanted || kebabCase(name) === wanted.toLowerCase());
  if (found !== undefined) return found;
  const names = methods.map(({ name }) => name);
  throw new UsageError(
    `There is no method '${wanted}'.${didYouMean(wanted, names)} kd methods lists the known ones.`,
  );
}
