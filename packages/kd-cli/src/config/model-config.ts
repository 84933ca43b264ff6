/** A registered network by name, or a residual network by its depth (6n + 2) and widths. */
export type ModelConfig = string | ResnetConfig;

export interface ResnetConfig {
  name: 'resnet';
  depth: number;
  /** Multiplies the standard widths 16, 16, 32, 64. Not together with `widths`. */
  widthFactor?: number;
  /** Channels of the stem and of the three stages. */
  widths?: [number, number, number, number];
}
