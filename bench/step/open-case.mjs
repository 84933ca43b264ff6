import { HostTensor, prngKey } from 'kd-core';
import { importPyTorchWeights } from 'kd-models';
import {
  buildTrainingStep,
  compileForward,
  crossEntropy,
  hinton,
  initialTrainingState,
  sgd,
  sum,
  weight,
} from 'kd-train';
import { modelOf, settings } from './cases.mjs';

/**
 * A case on one of our backends, as a function that does one step and gives numbers to compare: the loss, or all
 * logits of a forward pass.
 */
export function openCase(backend, { tensors, metadata }) {
  const open = metadata.kind === 'teacher' ? openForward : openTraining;
  return open(backend, tensors, metadata);
}

async function openForward(backend, tensors, { teacher }) {
  const model = modelOf(teacher);
  const forward = compileForward({ backend, model, frozen: true });
  const variables = variablesOf(model, tensors, 'teacher.');
  const { images } = batchOf(tensors);
  return {
    async step() {
      const logits = await forward.logits(variables, images);
      const { values } = await backend.download({ values: logits });
      logits.dispose();
      return Array.from(values.data);
    },
    dispose: () => forward.dispose(),
  };
}

async function openTraining(backend, tensors, { student, teacher }) {
  const { learningRate, momentum, weightDecay, temperature, labelWeight, teacherWeight } = settings;
  const model = modelOf(student);
  const teachers = teacher === '' ? [] : [modelOf(teacher)];
  const method =
    teacher === ''
      ? crossEntropy()
      : sum([weight(labelWeight, crossEntropy()), weight(teacherWeight, hinton({ temperature }))]);
  const participants = { student: model, teachers, method, optimizer: sgd({ momentum, weightDecay }) };
  const step = backend.compile(buildTrainingStep(participants), {
    name: 'benchmark',
    donate: ['state'],
    constants: ['teachers'],
  });
  const frozen = teachers.map((each) => variablesOf(each, tensors, 'teacher.'));
  let state = await backend.upload(
    initialTrainingState(prngKey(0), {
      ...participants,
      studentVariables: variablesOf(model, tensors, 'student.'),
    }),
  );
  const batch = batchOf(tensors);
  const at = { step: 0, epoch: 0, stepsPerEpoch: 1, totalSteps: 1 };
  const scalars = {
    learningRate,
    method: Object.fromEntries(
      Object.entries(method.scalars).map(([name, schedule]) => [name, schedule(at)]),
    ),
  };
  return {
    async step() {
      const result = await step({ state, teachers: frozen, batch, scalars });
      state = result.state;
      const { loss } = await backend.download(result.metrics);
      return [loss.data[0]];
    },
    dispose: () => step.dispose(),
  };
}

/** Copied, so that the file with all weights can be let go. */
function batchOf(tensors) {
  const copyOf = ({ data, shape }) => new HostTensor(data.slice(), shape);
  const count = settings.batchSize;
  const indices = Int32Array.from({ length: count }, (_, index) => index);
  return {
    images: copyOf(tensors['batch.images']),
    labels: copyOf(tensors['batch.labels']),
    indices: new HostTensor(indices, [count]),
  };
}

function variablesOf(model, tensors, prefix) {
  const own = Object.entries(tensors)
    .filter(([name]) => name.startsWith(prefix))
    .map(([name, tensor]) => [name.slice(prefix.length), tensor]);
  return importPyTorchWeights({ model, tensors: Object.fromEntries(own) });
}
