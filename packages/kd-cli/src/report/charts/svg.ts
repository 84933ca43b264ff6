import { type HtmlValue, html, type Markup } from '../html.ts';

export interface ChartText {
  /** Unique in the page; made of letters, digits and hyphens. */
  readonly id: string;
  /** What the chart shows, for readers who do not see it. */
  readonly title: string;
  /** What it says: the main numbers in words. */
  readonly description: string;
}

/** An image with a name and a description for assistive technology. */
export function svg(text: ChartText, width: number, height: number, content: HtmlValue): Markup {
  return html`<svg class="chart" viewBox="0 0 ${round(width)} ${round(height)}" role="img" aria-labelledby="${text.id}-title ${text.id}-desc"><title id="${text.id}-title">${text.title}</title><desc id="${text.id}-desc">${text.description}</desc>${content}</svg>`;
}

export function line(x1: number, y1: number, x2: number, y2: number, className: string): Markup {
  return html`<line x1="${round(x1)}" y1="${round(y1)}" x2="${round(x2)}" y2="${round(y2)}" class="${className}"/>`;
}

export function rectangle(x: number, y: number, width: number, height: number, className: string): Markup {
  return html`<rect x="${round(x)}" y="${round(y)}" width="${round(Math.max(0, width))}" height="${round(Math.max(0, height))}" class="${className}"/>`;
}

export function label(x: number, y: number, content: string, className: string): Markup {
  return html`<text x="${round(x)}" y="${round(y)}" class="${className}">${content}</text>`;
}

/** A mark whose form, not only its colour, tells the network: square, hollow circle, full circle. */
export function marker(x: number, y: number, role: string, tooltip?: string): Markup {
  const title = tooltip === undefined ? undefined : html`<title>${tooltip}</title>`;
  return role === 'teacher'
    ? html`<rect x="${round(x - 4)}" y="${round(y - 4)}" width="8" height="8" class="mark ${role}">${title}</rect>`
    : html`<circle cx="${round(x)}" cy="${round(y)}" r="4.5" class="mark ${role}">${title}</circle>`;
}

/** A path through points, or nothing for less than two. */
export function path(points: readonly (readonly [number, number])[], className: string): Markup | undefined {
  if (points.length < 2) return undefined;
  const d = points.map(([x, y], index) => `${index === 0 ? 'M' : 'L'}${round(x)} ${round(y)}`).join('');
  return html`<path d="${d}" class="${className}"/>`;
}

/** Two decimals are a hundredth of a pixel: enough, and a small file. */
export function round(value: number): number {
  return Math.round(value * 100) / 100;
}
