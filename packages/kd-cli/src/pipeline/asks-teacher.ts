import type { Method } from 'kd-train';

/** Whether a method, or its warm-up, reads anything of a teacher. */
export function asksTeacher({ requires, warmUp }: Method): boolean {
  return requires.teachers.length > 0 || (warmUp !== undefined && asksTeacher(warmUp.method));
}
