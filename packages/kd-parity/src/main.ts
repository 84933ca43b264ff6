import { ortCpu } from 'kd-backend-ort';
import { tfjsCpu } from 'kd-backend-tfjs';
import { runCommand } from './command/run-command.ts';

process.exitCode = await runCommand(process.argv.slice(2), {
  backends: [ortCpu, tfjsCpu],
  print: (line) => {
    console.log(line);
  },
});
