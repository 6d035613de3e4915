/** A chart as a drawing of lines and text, for papers and slides: what is on the screen, zoom included. */
import type { Chart, Scale } from "chart.js";
import { faded } from "../theme.ts";
import { bandPixels } from "./band.ts";
import type { XY } from "./lines.ts";
import type { Picture } from "./png.ts";

const PAD = 16;
const HEAD = 56;

export function svgOf({ title, legend, theme, band }: Omit<Picture, "canvas">, chart: Chart<"line", XY[]>): string {
  const [width, height] = [chart.width + 2 * PAD, chart.height + HEAD + PAD];
  const { left, right, top, bottom } = chart.chartArea;
  const accepted = band && bandPixels(chart, band);
  const frame = `<clipPath id="area"><rect x="${left}" y="${top}" width="${right - left}" height="${bottom - top}"/></clipPath>`;
  const parts = [
    `<rect width="100%" height="100%" fill="${theme.background}"/>`,
    text(title, { x: PAD, y: 24, fill: theme.foreground, "font-weight": 600, "font-size": theme.font.size + 3 }),
    ...legend.map(({ name, colour }, i) => entry(name, colour, theme.foreground, PAD + (i * (width - 2 * PAD)) / legend.length)),
    `<g transform="translate(${PAD} ${HEAD})">`,
    ...(accepted ? [`<path d="M${left} ${accepted.top}H${right}V${accepted.bottom}H${left}" fill="${faded(theme.band, 0.13)}"/>`] : []),
    ...Object.values(chart.scales).flatMap((scale) => axis(scale, chart, theme)),
    `<g clip-path="url(#area)" fill="none">${curves(chart)}</g>`,
    "</g>",
  ];
  const font = `font-family="${escaped(theme.font.family)}" font-size="${theme.font.size}"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" ${font}>\n<defs>${frame}</defs>\n${parts.join("\n")}\n</svg>\n`;
}

const entry = (name: string, colour: string, foreground: string, x: number): string =>
  `<path d="M${x} 40h14" stroke="${colour}" stroke-width="3"/>${text(name, { x: x + 20, y: 44, fill: foreground })}`;

/** Grid lines, numbers and title. */
function axis(scale: Scale, { chartArea: { left, right, top, bottom } }: Chart<"line", XY[]>, { grid, muted }: Picture["theme"]): string[] {
  const across = scale.axis === "x";
  const ticks = scale.ticks.flatMap(({ label }, i) => {
    const at = round(scale.getPixelForTick(i));
    const line = `<path d="${across ? `M${at} ${top}V${bottom}` : `M${left} ${at}H${right}`}" stroke="${grid}"/>`;
    const place = across ? { x: at, y: bottom + 16, "text-anchor": "middle" } : { x: left - 6, y: at + 4, "text-anchor": "end" };
    return [line, text([label ?? ""].flat().join(" "), { ...place, fill: muted })];
  });
  const { title } = scale.options as { title?: { display?: boolean; text?: string | string[] } };
  if (!title?.display) return ticks;
  const middle = across ? `${(left + right) / 2} ${bottom + 36}` : `12 ${(top + bottom) / 2}) rotate(-90`;
  return [...ticks, text([title.text ?? ""].flat().join(" "), { transform: `translate(${middle})`, "text-anchor": "middle", fill: muted })];
}

function curves(chart: Chart<"line", XY[]>): string {
  const { x: across, y: up } = chart.scales as { x: Scale; y: Scale };
  return chart.data.datasets
    .filter(({ hidden }) => !hidden)
    .map(({ data, borderColor, borderWidth, borderDash = [] }) => {
      const steps = data.map(({ x, y }, i) => {
        if (Number.isNaN(y)) return "";
        return `${i === 0 || Number.isNaN(data[i - 1]?.y) ? "M" : "L"}${round(across.getPixelForValue(x))} ${round(up.getPixelForValue(y))}`;
      });
      return `<path d="${steps.join("")}" stroke="${borderColor}" stroke-width="${borderWidth}" stroke-dasharray="${(borderDash as number[]).join(" ")}"/>`;
    })
    .join("\n");
}

const text = (content: string, attributes: Readonly<Record<string, string | number>>): string =>
  `<text ${Object.entries(attributes)
    .map(([name, value]) => `${name}="${value}"`)
    .join(" ")}>${escaped(content)}</text>`;

const round = (pixels: number): number => Math.round(pixels * 10) / 10;

const escaped = (raw: string): string => raw.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
