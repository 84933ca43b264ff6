/** Trainings beside the distillation, which tell what it gains and what it costs. */
export interface StudyConfig {
  /** Trainings of each kind, with the seeds `seed`, `seed` + 1, ...; default 1. */
  seeds?: number;
  /** Also train the student from the labels alone, with the same initial weights, images and updates; default false. */
  studentAlone?: boolean;
  /**
   * Epochs of the same distillation with the teacher running in each step instead of what is kept of it; default 0. Needs
   * `teacher.cache`.
   */
  liveTeacherEpochs?: number;
  /** Of the page, such as `resnet56 to resnet8 on CIFAR-10`; by default networks and data as the configuration names them. */
  title?: string;
  /** A Markdown page of the results to write, relative to the configuration file; default none. */
  page?: string;
}
