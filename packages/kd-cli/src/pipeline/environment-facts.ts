import type { Backend } from 'kd-core';
import { readEnvironment } from '../environment.ts';

/** The environment as a report shows it. */
export function environmentFacts(backend: Backend): Record<string, string> {
  const environment = readEnvironment();
  const { device } = backend;
  return {
    Backend: `${backend.id}, ${device.name}, ${device.threads} thread${device.threads === 1 ? '' : 's'}`,
    ...(environment.onnxRuntime !== undefined && { 'ONNX Runtime': environment.onnxRuntime }),
    Node: `${environment.node} on ${environment.platform}`,
    kd: environment.kd,
  };
}
