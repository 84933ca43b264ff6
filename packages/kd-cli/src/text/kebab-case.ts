/** `attentionTransfer` as a file is called: `attention-transfer`; `reviewKD`: `review-kd`. */
export function kebabCase(name: string): string {
  return name.replaceAll(/(?<=[a-z0-9])[A-Z]/g, '-$&').toLowerCase();
}
