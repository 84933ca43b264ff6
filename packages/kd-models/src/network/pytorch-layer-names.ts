const NORM_VARIABLES: Readonly<Record<string, string>> = {
  scale: 'weight',
  offset: 'bias',
  mean: 'running_mean',
  variance: 'running_var',
};

/** What PyTorch calls a variable (`kernel`, `bias`, `scale`, ...) of a convolution, dense layer or batch norm. */
export function pyTorchVariable(variable: string): string {
  return variable === 'kernel' ? 'weight' : (NORM_VARIABLES[variable] ?? variable);
}

/** The layer and the variable of a path: `stage1/0/conv1/kernel` is `stage1/0/conv1` and `kernel`. */
export function splitPath(path: string): { readonly layer: string; readonly variable: string } {
  const end = path.lastIndexOf('/');
  return { layer: path.slice(0, end), variable: path.slice(end + 1) };
}
