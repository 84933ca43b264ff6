/** The same cases at every run; CONFORMANCE_SEED draws others, CONFORMANCE_ROUNDS more of them. */
export const seed = Number(process.env.CONFORMANCE_SEED ?? 1);
export const rounds = Number(process.env.CONFORMANCE_ROUNDS ?? 1);

/** Small graphs gain nothing from threads. */
export const sessionSettings = { threads: 1, spinning: false } as const;
