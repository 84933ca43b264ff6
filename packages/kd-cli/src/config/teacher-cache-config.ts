/**
 * Keeps what the teacher says of each image, so that it is computed once: by the first run, or ahead of it by `kd cache
 * build`. Images then come again, in as many variants as are kept. The teacher gives its outputs from outside of the training step:
 * methods that use its parameters or show it views of their own cannot have a cache.
 */
export interface TeacherCacheConfig {
  /** Of all caches; each teacher and data set has a folder in it. Relative to the configuration file; default `teacher-cache` in `output`. */
  folder?: string;
  /** Augmented images of each sample: epoch e shows variant e modulo this. Default 4, and 1 without augmentation. */
  variants?: number;
  /** All logits, exactly (default), or the `top` largest of each image. */
  logits?: 'float32' | { top: number };
  /** Of the augmentation, which all seeds share; default 0. */
  augmentationSeed?: number;
  /** Gigabytes (1e9 bytes) that one cache may take; default 16. */
  maximumGigabytes?: number;
  /** Ask the teacher about all images before the student's training (default), or in its first epochs. */
  fill?: 'ahead' | 'first pass';
}
