/**
 * What an ONNX graph may not hold, whoever made it: ONNX Runtime follows it out of the graph. It is looked for when a pack is proven, published and installed,
 * and before each graph is computed. The fields: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
 */
import { UserError } from "../errors.ts";
import { MalformedMessage, MessageReader, WIRE } from "./protobuf.ts";

type Kind = "model" | "training" | "function" | "graph" | "node" | "attribute" | "sparse" | "tensor" | "entry";

/** Every way from a model to a tensor or a node: field -> what it holds. */
const PARTS: Readonly<Record<Kind, Readonly<Record<number, Kind>>>> = {
  model: { 7: "graph", 14: "entry", 20: "training", 25: "function" },
  training: { 1: "graph", 2: "graph" },
  function: { 7: "node", 11: "attribute" },
  graph: { 1: "node", 5: "tensor", 15: "sparse" },
  node: { 5: "attribute" },
  attribute: { 5: "tensor", 6: "graph", 10: "tensor", 11: "graph", 22: "sparse", 23: "sparse" },
  sparse: { 1: "tensor", 2: "tensor" },
  tensor: {},
  entry: {},
};
/** Where the name of each stands. */
const NAME: Readonly<Partial<Record<Kind, number>>> = { function: 1, graph: 2, node: 3, attribute: 1, tensor: 8, entry: 1 };

const GRAPH = 7;
const OP_TYPE = 4;
const EXTERNAL_DATA = 13;
const DATA_LOCATION = 14;

/** As protobuf's own readers have it: a graph within a graph is three deeper. */
const MOST_NESTED = 100;
/** A graph of 2 GB with nothing but numbers one by one would have more; a reader takes about a second for so many. */
const MOST_FIELDS = 20_000_000;

const WHOLE = 'Keep all values in the graph itself. In Python: onnx.save(onnx.load("graph.onnx"), "whole.onnx")';
const AGAIN = "Export the model again, as one ONNX file.";

/**
 * Why the graph is not given to ONNX Runtime; undefined where it holds all that it needs, and nothing else.
 * @param name of the graph, for the sentence
 */
export function refusalOf(name: string, bytes: Uint8Array): UserError | undefined {
  if (isOrtFormat(bytes)) return new UserError(`${name} is in ONNX Runtime's own format.`, AGAIN);
  try {
    return new Walk(name, bytes).refusal();
  } catch (error) {
    if (!(error instanceof MalformedMessage)) throw error;
    return new UserError(`${name} is not an ONNX graph: ${error.message}.`, AGAIN);
  }
}

/** Of the first file that is a graph and may not be used. */
export function refusalAmong(files: Iterable<readonly [name: string, bytes: Uint8Array]>): UserError | undefined {
  for (const [file, bytes] of files) {
    const refusal = isGraph(file) ? refusalOf(file, bytes) : undefined;
    if (refusal) return refusal;
  }
  return undefined;
}

export const isGraph = (file: string): boolean => /\.onnx$/i.test(file);

/** Bytes 4 to 7 say so, whatever else they would mean: ONNX Runtime looks there first. */
const isOrtFormat = (bytes: Uint8Array): boolean => [..."ORTM"].every((letter, i) => bytes[4 + i] === letter.charCodeAt(0));

class Walk {
  readonly #name: string;
  readonly #reader: MessageReader;

  constructor(name: string, bytes: Uint8Array) {
    this.#name = name;
    this.#reader = new MessageReader(bytes, MOST_FIELDS);
  }

  refusal(): UserError | undefined {
    const { length } = this.#reader.bytes;
    let graphs = 0;
    this.#reader.each(0, length, (field) => (graphs += Number(field === GRAPH)));
    if (graphs === 0) throw new MalformedMessage("it holds no graph");
    return this.#message("model", 0, length, "", 1);
  }

  /** @param owner name of what it is part of, for what has no name itself */
  #message(kind: Kind, start: number, end: number, owner: string, depth: number): UserError | undefined {
    if (depth > MOST_NESTED) throw new MalformedMessage(`it is nested deeper than ${MOST_NESTED} levels`);
    const name = this.#textOf(NAME[kind], start, end) || owner;
    let found = this.#ownRefusal(kind, start, end, name);
    this.#reader.each(start, end, (field, type, from, to) => {
      const part = PARTS[kind][field];
      if (part === undefined || found) return;
      if (type !== WIRE.bytes) throw new MalformedMessage("it has a number in the place of a part");
      found = this.#message(part, from, to, name, depth + 1);
    });
    return found;
  }

  #ownRefusal(kind: Kind, start: number, end: number, name: string): UserError | undefined {
    if (kind === "tensor") return this.#tensorRefusal(start, end, name);
    if (kind === "node" && this.#textOf(OP_TYPE, start, end) === "EPContext")
      return new UserError(`${this.#name} holds a program for other hardware, in the node "${shown(name)}".`, AGAIN);
    if (kind === "entry" && name === "ort_config") return new UserError(`${this.#name} brings settings of its own for ONNX Runtime.`, AGAIN);
    return undefined;
  }

  /** However its location is written: what is anything but "here" is elsewhere. */
  #tensorRefusal(start: number, end: number, name: string): UserError | undefined {
    let place: string | undefined;
    this.#reader.each(start, end, (field, type, from, to) => {
      if (field === EXTERNAL_DATA) place = (type === WIRE.bytes && this.#placeIn(from, to)) || (place ?? "");
      if (field === DATA_LOCATION && (type !== WIRE.varint || this.#reader.integer(from, to) !== 0)) place ??= "";
    });
    if (place === undefined) return undefined;
    const where = place === "" ? "" : `, "${shown(place)}"`;
    return new UserError(`${this.#name} keeps the values of "${shown(name)}" outside of itself${where}.`, WHOLE);
  }

  #placeIn(start: number, end: number): string {
    return this.#textOf(1, start, end) === "location" ? this.#textOf(2, start, end) : "";
  }

  /** The last field of that number, as for any reader. */
  #textOf(wanted: number | undefined, start: number, end: number): string {
    let text = "";
    this.#reader.each(start, end, (field, type, from, to) => {
      if (field === wanted && type === WIRE.bytes) text = this.#reader.text(from, Math.min(to, from + LONGEST));
    });
    return text;
  }
}

/** Bytes of a name that is told. */
const LONGEST = 100;

/** A name of a stranger's, in one line. */
const shown = (name: string): string => name.replace(/[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu, "?");
