import { onDigits } from './common.ts';

// Embeddings must be of one length: this teacher is as narrow as the student before its classifier.
export default onDigits(
  [
    { name: 'crossEntropy' },
    { name: 'embeddingDistillation', weight: 100, studentTap: 'pooled', teacherTap: 'pooled' },
  ],
  {
    teacher: {
      model: { name: 'resnet', depth: 8, widths: [16, 16, 32, 16] },
      training: { epochs: 25, learningRate: { name: 'cosine', initial: 0.1, warmupSteps: 16 } },
    },
  },
);
