const VARIABLES: Readonly<Record<string, string>> = {
  kernel: 'weight',
  slope: 'weight',
  scale: 'weight',
  offset: 'bias',
  mean: 'running_mean',
  variance: 'running_var',
};

/** What PyTorch calls a variable (`kernel`, `bias`, `scale`, ...) of a convolution, dense layer, batch norm or PReLU. */
export function pyTorchVariable(variable: string): string {
  return VARIABLES[variable] ?? variable;
}

/** The layer and the variable of a path: `stage1/0/conv1/kernel` is `stage1/0/conv1` and `kernel`. */
export function splitPath(path: string): { readonly layer: string; readonly variable: string } {
  const end = path.lastIndexOf('/');
  return { layer: path.slice(0, end), variable: path.slice(end + 1) };
}
