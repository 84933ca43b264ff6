#!/usr/bin/env node
import { processHost } from './cli/host.ts';
import { runCli } from './cli/run-cli.ts';

process.exitCode = await runCli(process.argv.slice(2), processHost());
