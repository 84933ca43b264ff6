/** The rule of an update, and for which parameters its settings are others. */
export type OptimizerConfig = SgdConfig | AdamConfig | AdamWConfig | LarsConfig | LionConfig;

interface ParameterGroupKeys {
  /** At least 0. Default 0, of `adamW` 0.01. */
  weightDecay?: number;
  /** Leaves scales and offsets of normalisations and biases without weight decay. Default: it acts on every parameter. */
  noDecayOn?: 'normsAndBiases';
  /** Multiplies the learning rate of the parts that methods train beside the student. Default 1. */
  methodLearningRateFactor?: number;
}

/** Stochastic gradient descent, as `torch.optim.SGD`. */
export interface SgdConfig extends ParameterGroupKeys {
  name: 'sgd';
  /** In [0, 1). Default 0. */
  momentum?: number;
  /** From 0 to 1. Default 0. */
  dampening?: number;
  /** Default false; needs momentum. */
  nesterov?: boolean;
  /** An L2 penalty (default), or beside the step. */
  decay?: 'coupled' | 'decoupled';
}

interface AdamKeys extends ParameterGroupKeys {
  /** In [0, 1). Default 0.9. */
  beta1?: number;
  /** In [0, 1). Default 0.999. */
  beta2?: number;
  /** Above 0. Default 1e-8. */
  epsilon?: number;
  /** Default false. */
  amsgrad?: boolean;
}

/** Adam with an L2 penalty, as `torch.optim.Adam`. */
export interface AdamConfig extends AdamKeys {
  name: 'adam';
}

/** Adam with decoupled decay, as `torch.optim.AdamW`. */
export interface AdamWConfig extends AdamKeys {
  name: 'adamW';
}

/** SGD whose step is scaled for each parameter tensor (You et al. 2017). */
export interface LarsConfig extends ParameterGroupKeys {
  name: 'lars';
  /** In [0, 1). Default 0.9. */
  momentum?: number;
  /** Default false; needs momentum. */
  nesterov?: boolean;
  /** Above 0. Default 0.001. */
  trustCoefficient?: number;
  /** At least 0. Default 1e-8. */
  epsilon?: number;
  /** Leaves scales and offsets of normalisations and biases unscaled. Default: every parameter is scaled. */
  noScalingOn?: 'normsAndBiases';
}

/** Steps of equal size along the sign of a momentum (Chen et al. 2023). */
export interface LionConfig extends ParameterGroupKeys {
  name: 'lion';
  /** In [0, 1). Default 0.9. */
  beta1?: number;
  /** In [0, 1). Default 0.99. */
  beta2?: number;
}
