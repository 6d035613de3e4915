/** `tf.einsum` out of operations that have gradients on every backend: the library's own has a gradient on none, and no kernel on wasm. */
import * as tf from "@tensorflow/tfjs-core";

/**
 * Einstein summation, e.g. "bhqd,bhkd->bhqk". Each letter once per operand; the output is always named.
 * @throws {Error} for an equation that does not fit its operands
 */
export function einsum(equation: string, ...operands: tf.Tensor[]): tf.Tensor {
  const [left, out] = equation.replaceAll(/\s/g, "").split("->") as [string, string | undefined];
  const inputs = left.split(",");
  if (out === undefined || inputs.length !== operands.length)
    throw new Error(`einsum: "${equation}" does not say "operands->output" for ${operands.length} tensors`);
  const named = operands.map((x, i): Named => withLetters(x, inputs[i] as string, equation));
  const product = named.reduce((a, b, i) => contract(a, b, out + inputs.slice(i + 1).join("")), { x: tf.scalar(1), letters: "" });
  return arrange(product, out, equation);
}

interface Named {
  readonly x: tf.Tensor;
  /** One for each axis. */
  readonly letters: string;
}

function withLetters(x: tf.Tensor, letters: string, equation: string): Named {
  if (letters.length !== x.rank) throw new Error(`einsum: "${letters}" of "${equation}" has ${letters.length} letters for a tensor of rank ${x.rank}`);
  if (new Set(letters).size !== letters.length) throw new Error(`einsum: "${letters}" of "${equation}" repeats a letter, which is not supported`);
  return { x, letters };
}

/** The product of two, summed over the letters that nothing later needs: one batched product of matrices. */
function contract(a: Named, b: Named, later: string): Named {
  const [p, q] = [summed(a, b.letters + later), summed(b, a.letters + later)];
  const both = [...p.letters].filter((l) => q.letters.includes(l));
  const [batch, inner] = [both.filter((l) => later.includes(l)), both.filter((l) => !later.includes(l))];
  const rows = [...p.letters].filter((l) => !both.includes(l));
  const columns = [...q.letters].filter((l) => !both.includes(l));
  const size = (letters: readonly string[]) => letters.map((l) => (p.letters.includes(l) ? sizeOf(p, l) : sizeOf(q, l)));
  const flat = (letters: readonly string[]) => size(letters).reduce((n, d) => n * d, 1);
  const left = transposed(p, [...batch, ...rows, ...inner]).reshape<tf.Tensor3D>([flat(batch), flat(rows), flat(inner)]);
  const right = transposed(q, [...batch, ...inner, ...columns]).reshape<tf.Tensor3D>([flat(batch), flat(inner), flat(columns)]);
  return { x: tf.matMul(left, right).reshape(size([...batch, ...rows, ...columns])), letters: [...batch, ...rows, ...columns].join("") };
}

function summed({ x, letters }: Named, needed: string): Named {
  const axes = [...letters].flatMap((l, axis) => (needed.includes(l) ? [] : [axis]));
  return axes.length === 0 ? { x, letters } : { x: x.sum(axes), letters: [...letters].filter((l) => needed.includes(l)).join("") };
}

const sizeOf = ({ x, letters }: Named, letter: string): number => x.shape[letters.indexOf(letter)] as number;

const transposed = ({ x, letters }: Named, order: readonly string[]): tf.Tensor => (x.rank < 2 ? x : x.transpose(order.map((l) => letters.indexOf(l))));

function arrange({ x, letters }: Named, out: string, equation: string): tf.Tensor {
  const missing = [...out].find((l) => !letters.includes(l));
  if (missing) throw new Error(`einsum: no operand of "${equation}" has the letter ${missing}`);
  return transposed({ x, letters }, [...out]);
}
