/** What a canvas needs to know of VS Code's colour theme; everything else takes the tokens through CSS. */
import { color } from "chart.js/helpers";

export interface Theme {
  readonly foreground: string;
  readonly muted: string;
  readonly grid: string;
  readonly background: string;
  readonly focus: string;
  /** Of what the checks accept. */
  readonly band: string;
  /** Of what is wrong. */
  readonly error: string;
  readonly hover: { readonly background: string; readonly foreground: string; readonly border: string };
  readonly lines: readonly string[];
  readonly font: { readonly family: string; readonly size: number };
}

/** In the order in which they are told apart best; `charts.orange` is translucent in the default themes and so no colour of a line. */
const LINES = ["blue", "yellow", "purple", "green", "red", "foreground"];

export function readTheme(): Theme {
  const styles = getComputedStyle(document.body);
  const token = (name: string, otherwise: string) => styles.getPropertyValue(`--vscode-${name}`).trim() || otherwise;
  const foreground = token("foreground", styles.color);
  const background = token("editor-background", "Canvas");
  const muted = token("descriptionForeground", foreground);
  return {
    foreground,
    muted,
    background,
    grid: faded(token("charts-lines", muted), 0.18),
    focus: token("focusBorder", foreground),
    band: token("charts-green", muted),
    error: token("charts-red", foreground),
    hover: {
      background: token("editorHoverWidget-background", background),
      foreground: token("editorHoverWidget-foreground", foreground),
      border: token("editorHoverWidget-border", muted),
    },
    lines: LINES.map((name) => token(`charts-${name}`, foreground)),
    font: { family: token("font-family", "system-ui, sans-serif"), size: Number.parseFloat(token("font-size", "13px")) - 2 },
  };
}

/** VS Code names the kind of theme in the body's class and the colours in the root's style. */
export function onThemeChange(call: (theme: Theme) => void): void {
  const observer = new MutationObserver(() => call(readTheme()));
  observer.observe(document.body, { attributes: true, attributeFilter: ["class"] });
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ["style"] });
}

/** The same colour, let through. */
export const faded = (css: string, alpha: number): string => color(css).alpha(alpha).rgbString();
