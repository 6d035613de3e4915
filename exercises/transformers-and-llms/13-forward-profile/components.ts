/** What the checks share. */
import type { Component } from "./surface.ts";

export const COMPONENTS: readonly Component[] = ["embedding", "layerNorm", "attention", "feedForward", "output"];

export const byComponent = <T>(of: (component: Component) => T): Record<Component, T> =>
  Object.fromEntries(COMPONENTS.map((component) => [component, of(component)])) as Record<Component, T>;
