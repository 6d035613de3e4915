/** A chart as a picture that stands on its own: title and legend are HTML on the page, so they are drawn here. */
import type { Theme } from "../theme.ts";
import type { Band } from "./band.ts";

export interface Picture {
  readonly title: string;
  readonly legend: readonly { readonly name: string; readonly colour: string }[];
  readonly canvas: HTMLCanvasElement;
  readonly theme: Theme;
  readonly band?: Band;
}

const PAD = 16;
const HEAD = 56;

/** @returns the PNG in base64 */
export function pngOf({ title, legend, canvas, theme }: Picture): string {
  const scale = canvas.width / Math.max(1, canvas.clientWidth);
  const sheet = document.createElement("canvas");
  sheet.width = canvas.width + 2 * PAD * scale;
  sheet.height = canvas.height + (HEAD + PAD) * scale;
  const ctx = sheet.getContext("2d") as CanvasRenderingContext2D;
  ctx.fillStyle = theme.background;
  ctx.fillRect(0, 0, sheet.width, sheet.height);
  ctx.drawImage(canvas, PAD * scale, HEAD * scale);
  ctx.scale(scale, scale);
  ctx.fillStyle = theme.foreground;
  ctx.font = `600 ${theme.font.size + 3}px ${theme.font.family}`;
  ctx.fillText(title, PAD, 24);
  ctx.font = `${theme.font.size}px ${theme.font.family}`;
  let x = PAD;
  for (const { name, colour } of legend) {
    ctx.fillStyle = colour;
    ctx.fillRect(x, 39, 14, 3);
    ctx.fillStyle = theme.foreground;
    ctx.fillText(name, x + 20, 44);
    x += ctx.measureText(name).width + 40;
  }
  return sheet.toDataURL("image/png").slice("data:image/png;base64,".length);
}
