/**
 * Whether what is hidden stands in what a learner gets: lines of checks, reference and misconceptions, and expected values. Layout says nothing: text is
 * compared without its spaces and quotes, and what is written as escapes, base64, hex or character codes is read as what it says. Pure.
 */
import type { Exercise } from "../exercise/model.ts";
import type { Problem } from "./proof.ts";

/** @param learners the files of a learner's folder */
export function leaks(exercise: Exercise, learners: Readonly<Record<string, string>>): Problem[] {
  const hidden = Object.entries(exercise.files).filter(([file]) => isHidden(file));
  const secrets = [...hidden.flatMap(linesOf), ...hidden.flatMap(valuesOf)];
  const isGiven = (file: string) => exercise.files[`starter/${file}`] !== undefined && file !== exercise.entry; // in full, on purpose
  const scanned = Object.entries(learners).filter(([file]) => !isGiven(file));
  return scanned.flatMap(([file, text]) => {
    const found = viewsOf(text).flatMap((view) => secrets.flatMap((secret) => placesIn(view, secret).map((line) => ({ line, secret, encoded: view.encoded }))));
    const first = new Map(found.map((one) => [`${one.line} ${one.secret.what}`, one] as const).reverse()); // plain before encoded
    return [...first.values()].reverse().map(({ line, secret: { what, from }, encoded }) => ({
      file: exercise.files[`starter/${file}`] === undefined ? file : `starter/${file}`,
      line,
      message: `${what} of ${from} stands in the learner's ${file}${encoded ? ", encoded" : ""}.`,
      remedy: "Take it out: what is hidden stays with the instructor.",
    }));
  });
}

interface Secret {
  readonly what: string;
  readonly from: string;
  /** Without spaces and quotes. */
  readonly text: string;
  /** A number is no part of a longer one. */
  readonly whole: boolean;
}

/** A reading of a text, with the line of each of its characters. */
interface View {
  readonly text: string;
  readonly lineAt: (index: number) => number;
  readonly encoded: boolean;
}

const isHidden = (file: string): boolean => /^(reference|misconceptions|variants)\/|\.check\.ts$|^hints\.md$/.test(file);

const linesOf = ([from, text]: readonly [string, string]): Secret[] =>
  text.split("\n").flatMap((line) => (isTelling(line) ? [{ what: "A line", from, text: compact(line).text, whole: false }] : []));

/** A statement, an expectation, or the first line of a misconception: what gives an answer away. Imports, declarations, short lines and sizes are alike everywhere. */
function isTelling(line: string): boolean {
  const text = line.trim();
  const isStatement = /^\s+\S.*\w\(.*;$/.test(line) && !/^(import|export|readonly|\}|\/\/|\*)/.test(text);
  return text.length >= 40 && (isStatement || /\b(exact|near)\.\w+\(/.test(text) || /^\/\/ You /.test(text));
}

/** Numbers of at least six digits, and texts of a dozen characters, that a check names as what it expects. */
function valuesOf([from, text]: readonly [string, string]): Secret[] {
  if (!from.endsWith(".check.ts")) return [];
  const expected = Array.from(text.matchAll(/\b(?:exact|near)\.value\((.*)/g), ([, rest]) => rest as string).join("\n");
  const numbers = Array.from(expected.matchAll(/(?<![\w.])[\d_]*\.?[\d_]+(?:e[+-]?\d+)?/gi), ([number]) => number.replaceAll("_", ""));
  const texts = Array.from(expected.matchAll(/"([^"]{12,})"/g), ([, value]) => value as string);
  return [
    ...numbers
      .filter((number) => number.replace(/\D/g, "").length >= 6)
      .map((number) => ({ what: `The expected value ${number}`, from, text: number, whole: true })),
    ...texts.map((value) => ({ what: `The expected value "${value}"`, from, text: compact(value).text, whole: false })),
  ];
}

function placesIn({ text, lineAt }: View, { text: secret, whole }: Secret): number[] {
  const places: number[] = [];
  for (let at = text.indexOf(secret); at >= 0; at = text.indexOf(secret, at + 1)) {
    const isPart = /\d\.?$/.test(text.slice(0, at).slice(-2)) || /^\.?\d/.test(text.slice(at + secret.length, at + secret.length + 2));
    if (!whole || !isPart) places.push(lineAt(at));
  }
  return [...new Set(places)];
}

function viewsOf(text: string): View[] {
  const plain = [compact(text), compact(unescaped(text), true)];
  return [...plain, ...plain.flatMap((view) => decoded(view)), ...decoded(plain[0] as View).flatMap((view) => decoded(view))];
}

/** Spaces, quotes, what joins strings and separates digits left out; the beginning of a comment too, as it stands at each of its lines. */
function compact(text: string, encoded = false): View {
  const kept: string[] = [];
  const lines: number[] = [];
  for (const [i, line] of text.split("\n").entries()) {
    const bare = line
      .replace(/^\s*(\/\/|\*|>)\s?/, "")
      .replace(/(?<=\d)[,_'\u202f](?=\d{3})/g, "")
      .replace(/(?<=\d)\s+(?=\d)/g, ";"); // two numbers, not one
    for (const character of bare
      .replace(/["'`]\s*\+\s*["'`]/g, "")
      .replace(/^\s*\+\s*(?=["'`])|(?<=["'`])\s*\+\s*$/g, "")
      .replace(/[\s"'`]/g, "")) {
      kept.push(character);
      lines.push(i + 1);
    }
  }
  return { text: kept.join(""), lineAt: (index) => lines[index] ?? 1, encoded };
}

/** In lines as before. */
const unescaped = (text: string): string =>
  text
    .replace(/\\[nrt]/g, " ")
    .replace(/\\(["'`])/g, "$1")
    .replace(/\\u\{([0-9a-f]{1,6})\}|\\u([0-9a-f]{4})|\\x([0-9a-f]{2})|%([0-9a-f]{2})/gi, (_, ...codes: (string | undefined)[]) =>
      String.fromCodePoint(Math.min(0x10ffff, Number.parseInt(codes.find(Boolean) as string, 16))).replace(/\s/, " "),
    );

const ENCODINGS: readonly [run: RegExp, read: (run: string) => string][] = [
  [/[\w+/-]{12,}={0,2}/g, (run) => Buffer.from(run, "base64").toString("utf8")],
  [/(?:[0-9a-f]{2}){6,}/gi, (run) => Buffer.from(run, "hex").toString("utf8")],
  [/(?:\d{2,3},){5,}\d{2,3}/g, (run) => String.fromCodePoint(...run.split(",").map(Number))],
];

function decoded({ text, lineAt }: View): View[] {
  return ENCODINGS.flatMap(([runs, read]) =>
    Array.from(text.matchAll(runs), ({ 0: run, index }) => ({ ...compact(read(run), true), lineAt: () => lineAt(index) })).filter(
      (view) => view.text.length >= 6,
    ),
  );
}
