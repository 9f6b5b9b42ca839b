// Contrast as WCAG 2.2 defines it (relative luminance and contrast ratio, its chapter 5).

/** sRGB, each part from 0 to 255; alpha from 0 to 1. */
export interface Colour {
  red: number;
  green: number;
  blue: number;
  alpha: number;
}

/**
 * A colour as getComputedStyle() writes it: rgb() and rgba(), or color(srgb) with parts from 0 to
 * 1. Undefined for any other notation.
 */
export function parseColour(text: string): Colour | undefined {
  const scale = /^rgba?\(/.test(text) ? 1 : /^color\(srgb /.test(text) ? 255 : 0;
  const [red, green, blue, alpha = 1] = (text.replace("color(srgb", "").match(/-?[\d.e-]+/g) ?? [])
    .map(Number)
    .map((part, index) => (index < 3 ? part * scale : part));
  if (!scale || blue === undefined) return undefined;
  return { red: red!, green: green!, blue, alpha };
}

/** What is seen where `front` lies on the opaque `back`. */
export function opaque(front: Colour, back: Colour): Colour {
  const mix = (above: number, below: number) => above * front.alpha + below * (1 - front.alpha);
  return {
    red: mix(front.red, back.red),
    green: mix(front.green, back.green),
    blue: mix(front.blue, back.blue),
    alpha: 1,
  };
}

/** From 1, which cannot be seen, to 21: black on white. */
export function contrast(one: Colour, other: Colour): number {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light! + 0.05) / (dark! + 0.05);
}

function luminance({ red, green, blue }: Colour): number {
  return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
}

function linear(part: number): number {
  const share = Math.min(1, Math.max(0, part / 255));
  return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
}
