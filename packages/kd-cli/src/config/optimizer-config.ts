export type OptimizerConfig =
  | { name: 'sgd'; momentum?: number; nesterov?: boolean; weightDecay?: number }
  | { name: 'adamW'; beta1?: number; beta2?: number; epsilon?: number; weightDecay?: number };
