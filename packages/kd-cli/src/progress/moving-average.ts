/** Exponential moving average without the bias towards its start (Kingma & Ba 2015, section 3). */
export class MovingAverage {
  readonly #decay: number;
  #weighted = 0;
  #weight = 0;

  constructor(decay: number) {
    this.#decay = decay;
  }

  add(value: number): void {
    this.#weighted = this.#decay * this.#weighted + (1 - this.#decay) * value;
    this.#weight = this.#decay * this.#weight + (1 - this.#decay);
  }

  /** NaN before the first value. */
  get value(): number {
    return this.#weight === 0 ? Number.NaN : this.#weighted / this.#weight;
  }
}
