/** Elements without a framework. Text is always text: nothing here reads HTML. */

export type Properties = Readonly<Record<string, string | number | boolean | undefined | ((event: never) => void)>>;
type Child = Node | string | false | undefined;

/** An element with its attributes, listeners (functions, by name of the event) and children. */
export function h<K extends keyof HTMLElementTagNameMap>(tag: K, properties?: Properties, ...children: readonly Child[]): HTMLElementTagNameMap[K];
export function h(tag: string, properties?: Properties, ...children: readonly Child[]): HTMLElement;
export function h(tag: string, properties: Properties = {}, ...children: readonly Child[]): HTMLElement {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (typeof value === "function") element.addEventListener(name, value as EventListener);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== undefined && value !== false) element.setAttribute(name, String(value));
  }
  element.append(...children.filter((child) => child !== undefined && child !== false));
  return element;
}

/** Text in which `code` stands between backticks. */
export const prose = (text: string): DocumentFragment => {
  const parts = text.split(/`([^`\n]+)`/).map((part, i) => (i % 2 === 1 ? h("code", {}, part) : part));
  const fragment = document.createDocumentFragment();
  fragment.append(...parts);
  return fragment;
};

/** Writes only what changed, so that a selection and a screen reader are left alone. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/** @param force shown or not */
export function show(element: HTMLElement, force: boolean): void {
  if (element.hidden === force) element.hidden = !force;
}

/** Calls at most once per `ms`: at once, and again with the newest arguments when more came meanwhile. */
export function throttled<A extends unknown[]>(ms: number, call: (...args: A) => void): (...args: A) => void {
  let waiting: A | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const next = () => {
    timer = undefined;
    if (!waiting) return;
    const args = waiting;
    waiting = undefined;
    run(args);
  };
  const run = (args: A) => {
    timer = setTimeout(next, ms);
    call(...args);
  };
  return (...args) => {
    if (timer === undefined) run(args);
    else waiting = args;
  };
}
