/** What `kd` tells the shell. 130 is the shell's own code for a program ended by Ctrl-C (128 + SIGINT). */
export const exitCode = { ok: 0, failure: 1, usage: 2, interrupted: 130 } as const;

export type ExitCode = (typeof exitCode)[keyof typeof exitCode];
