import { extname } from 'node:path';
import type { TeacherConfig } from './config.ts';

/** Extensions of files that hold a trained network. */
export const weightsExtensions: readonly string[] = ['.safetensors', '.pth', '.pt', '.onnx'];

export function weightsExtension(path: string): string {
  return extname(path).toLowerCase();
}

/** Whether the teacher is an ONNX file, which is a network itself and not the weights of one. */
export function isOnnxTeacher({ weights }: TeacherConfig): boolean {
  return weights !== undefined && weightsExtension(weights) === '.onnx';
}
