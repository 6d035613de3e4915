/** What `pack.json`, `exercise.json` and an attempt's marker hold: types, validation messages and editor completion come from here. */
import validVersion from "semver/functions/valid.js";
import * as z from "zod";
import { isPlain } from "../protocol/plainText.ts";

// Without this zod looks whether it may compile code, by a global that VS Code reports as an error when an extension touches it.
z.config({ jitless: true });

const id = z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, "must be lower-case letters and digits, joined by hyphens");
const schemaUrl = z.string().optional().describe("For editors only.");
const backend = z.enum(["tfjs-node-gpu", "webgpu", "tfjs-node", "wasm", "cpu"]);
const executionProvider = z.enum(["cuda", "coreml", "dml", "cpu", "tensorrt", "webgpu"]);
/** What of a ladder may be used. */
const needs = <Name extends z.ZodType>(name: Name) =>
  z
    .strictObject({ require: z.array(name).readonly().optional(), refuse: z.array(name).readonly().optional() })
    .readonly()
    .optional();
const words = z.string().trim().min(1, "must not be empty").refine(isPlain, "must not hold characters that do not show");
const distinct = (list: readonly string[]): boolean => new Set(list).size === list.length;
const positive = z.number().int("must be a whole number").positive("must be positive");
/** The names that a learner's folder gives to files of its own. */
const OURS = ["run.ts", "surface.ts"];
const NO_VERSION = 'must be a version such as "1.0.0"';

export const packSchema = z
  .strictObject({
    $schema: schemaUrl,
    format: z.literal(1, "must be 1; a newer format needs a newer Practicum").describe("Version of this file's format."),
    id: id.describe("Name of the pack; never changes."),
    version: z
      .string()
      .regex(/^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/, { error: NO_VERSION, abort: true })
      .refine((version) => validVersion(version) !== null, NO_VERSION)
      .describe("Semantic version of the pack."),
    title: words.describe("As learners see it."),
    exercises: z
      .array(z.string().regex(/^\d+-[a-z0-9]+(-[a-z0-9]+)*$/, 'must be a number and a name, such as "03-sinusoidal-positions"'))
      .min(1, "must name at least one exercise")
      .refine(distinct, "must not name an exercise twice")
      .readonly()
      .describe("Folders of the exercises, in the order in which they are shown."),
  })
  .readonly()
  .meta({ title: "Practicum pack" });

export const exerciseSchema = z
  .strictObject({
    $schema: schemaUrl,
    id: id.describe("Never changes: progress is kept under it."),
    title: words.describe("As learners see it."),
    difficulty: z.enum(["easy", "medium", "hard", "challenge"]),
    minutes: positive.describe("How long the exercise takes a typical learner."),
    entry: z
      .string()
      .regex(/^[\w-]+\.ts$/, 'must be a TypeScript file of starter/, such as "attention.ts"')
      .refine((name) => !OURS.includes(name), "must not be run.ts or surface.ts")
      .describe("The attempt's main file, as in starter/."),
    teaches: z.array(words).min(1, "must name at least one thing").readonly().describe("What a learner takes away."),
    needs: z.array(id).readonly().describe("Ids of exercises that come before."),
    backend: needs(backend).describe("Backends that the exercise needs, or cannot use."),
    executionProvider: needs(executionProvider).describe("Execution providers of ONNX Runtime that its pretrained models need, or cannot use."),
    limits: z
      .strictObject({ runSeconds: positive.optional(), memoryMiB: positive.optional() })
      .readonly()
      .optional()
      .describe("What Run Exercise may use; memoryMiB is the limit of each process of a grade, too."),
  })
  .readonly()
  .meta({ title: "Practicum exercise" });

export const markerSchema = z
  .object({
    format: z.literal(1),
    exercise: z.string(),
    pack: z.string(),
    packVersion: z.string(),
    scaffolded: z.record(z.string(), z.string()).readonly(),
  })
  .readonly();

/** File name in `dist/schemas/` -> JSON schema. */
export const jsonSchemas = (): Record<string, object> => ({ "pack.schema.json": jsonSchema(packSchema), "exercise.schema.json": jsonSchema(exerciseSchema) });

/** In the draft that editors know best. `readonly` is about our types: the author does write the file. */
const jsonSchema = (schema: z.ZodType): object =>
  z.toJSONSchema(schema, { io: "input", target: "draft-7", override: ({ jsonSchema }) => void delete jsonSchema.readOnly });
