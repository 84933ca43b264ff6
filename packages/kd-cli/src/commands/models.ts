import { isModelName, type ListedModel, listModels } from 'kd-models';
import type { RunCommand } from '../cli/command.ts';
import { type ExitCode, exitCode } from '../cli/exit-code.ts';
import { colorsOf, type Host } from '../cli/host.ts';
import { choiceOption, imageShapeOption, integerOption, switchOption } from '../cli/options.ts';
import { UsageError } from '../cli/usage-error.ts';
import { describeNetwork, describeNetworks } from '../models/describe-networks.ts';
import { compareNetworks, networkFacts } from '../models/network-facts.ts';
import { didYouMean } from '../text/nearest.ts';

/** `kd models`: every network by name, and `kd models NAME`: one. */
export const modelsCommand: RunCommand = async ({ positional, options }, host) => {
  const listed = listModels();
  const families = [...new Set(listed.map(({ family }) => family))];
  const family = choiceOption(options, 'family', families);
  const inputShape = imageShapeOption(options, 'input');
  const classes = integerOption(options, 'classes', 1);
  const size = {
    ...(classes !== undefined && { classes }),
    ...(inputShape !== undefined && { inputShape }),
  };
  const json = switchOption(options, 'json');
  const colors = colorsOf(host, 'stdout');

  const [name] = positional;
  if (name !== undefined) {
    if (family !== undefined)
      throw new UsageError('--family chooses from the list; a single network needs none.');
    const facts = networkFacts(findModel(name, listed), size);
    return print(host, json ? facts : describeNetwork(facts, colors));
  }
  const chosen = listed.filter((model) => family === undefined || model.family === family);
  const { networks, refused } = compareNetworks(chosen, size);
  return print(host, json ? { networks, refused } : describeNetworks(networks, refused, colors));
};

function findModel(name: string, listed: readonly ListedModel[]): ListedModel {
  const found = listed.find((model) => model.name === name);
  if (found !== undefined) return found;
  if (isModelName(name)) return { name, family: 'not listed' };
  const names = listed.map((model) => model.name);
  throw new UsageError(
    `There is no network '${name}'.${didYouMean(name, names)} kd models lists the known ones.`,
  );
}

function print(host: Host, output: string | object): ExitCode {
  host.stdout.write(`${typeof output === 'string' ? output : JSON.stringify(output, null, 2)}\n`);
  return exitCode.ok;
}
