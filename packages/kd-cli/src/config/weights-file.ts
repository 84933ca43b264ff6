import { extname } from 'node:path';
import type { TeacherConfig } from './teacher-config.ts';

/**
 * Whether a path names an ONNX file, which is a network itself and not the weights of one. Files of weights have many
 * endings (`.pth`, `.th`, `.pth.tar`, `.bin`) and tell their format by their first bytes.
 */
export function isOnnxFile(path: string): boolean {
  return extname(path).toLowerCase() === '.onnx';
}

export function isOnnxTeacher({ weights }: TeacherConfig): boolean {
  return weights !== undefined && isOnnxFile(weights);
}
