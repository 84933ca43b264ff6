/** Whether a parameter is meant, by its path (`student/stage1/0/conv1/kernel`) and its shape. */
export type ParameterMatcher = (path: string, shape: readonly number[]) => boolean;

/**
 * Scales and offsets of normalisations, biases, slopes of PReLU and learned temperatures: every parameter of at most one
 * dimension, whatever the network calls it, and what is called `bias`. Weight decay does the network no good there, which
 * the recipes of timm, DeiT and MoCo v3 leave out by this rule. T. He et al., "Bag of tricks", 2019, arXiv:1812.01187, section 3.1.
 */
export const normsAndBiases: ParameterMatcher = (path, shape) =>
  shape.length <= 1 || /(^|[/._])bias$/.test(path);

/** The parts that a method trains beside the student: regressors, projectors, temperatures. */
export const methodParts: ParameterMatcher = (path) => path.startsWith('method/');
