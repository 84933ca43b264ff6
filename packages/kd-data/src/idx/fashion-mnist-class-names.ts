/** Class names of Fashion-MNIST (H. Xiao, K. Rasul, R. Vollgraf 2017, arXiv 1708.07747) in label order. */
export const fashionMnistClassNames: readonly string[] = [
  'T-shirt/top',
  'Trouser',
  'Pullover',
  'Dress',
  'Coat',
  'Sandal',
  'Shirt',
  'Sneaker',
  'Bag',
  'Ankle boot',
];
