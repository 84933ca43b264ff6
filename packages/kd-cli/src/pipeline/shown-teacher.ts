import { KdError } from 'kd-core';
import type { Teacher } from 'kd-train';
import type { DistillConfig } from '../config/config.ts';

/** `teacher`, shown the view that the configuration names for it. Throws `CONFIG` for one that runs by itself. */
export function shownTeacher({ teacher: { view } }: DistillConfig, teacher: Teacher): Teacher {
  if (view === undefined) return teacher;
  if ('variables' in teacher) return { ...teacher, view };
  throw new KdError(
    'CONFIG',
    `teacher.view: '${teacher.name}' runs by itself, where it is shown the images only. Leave the view out, or give the teacher's weights.`,
  );
}
