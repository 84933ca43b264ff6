#!/usr/bin/env node
import { runCli } from './cli/run-cli.ts';
import { processHost } from './cli/host.ts';

process.exitCode = await runCli(process.argv.slice(2), processHost());
