/** The classes of CIFAR-10 in label order, as `batches.meta.txt` has them. CINIC-10 has the same. */
export const cifar10ClassNames: readonly string[] = [
  'airplane',
  'automobile',
  'bird',
  'cat',
  'deer',
  'dog',
  'frog',
  'horse',
  'ship',
  'truck',
];
