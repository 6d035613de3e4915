// Numbers in plain arrays, one layer and one pair after the other; words found by comparing pieces from each place on.
import * as tf from "@tensorflow/tfjs";

export function wordPositions(tokens: readonly string[], word: string): number[][] {
  const found: number[][] = [];
  for (let start = 0; start < tokens.length; start++) {
    if (tokens[start]?.startsWith("##")) continue;
    let end = start + 1;
    while (tokens[end]?.startsWith("##")) end++;
    const pieces = tokens.slice(start, end).map((piece, i) => (i === 0 ? piece : piece.slice(2)));
    if (pieces.join("") === word) found.push(Array.from({ length: end - start }, (_, i) => start + i));
  }
  return found;
}

export function wordVectors(hidden: tf.Tensor4D, positions: readonly (readonly number[])[]): tf.Tensor3D {
  const states = hidden.arraySync();
  const means = states.map((texts) =>
    texts.map((pieces, text) => {
      const places = positions[text] as readonly number[];
      const chosen = places.map((place) => pieces[place] as number[]);
      return (chosen[0] as number[]).map((_, dimension) => chosen.reduce((sum, state) => sum + (state[dimension] as number), 0) / chosen.length);
    }),
  );
  return tf.tensor3d(means);
}

export function cosineSimilarity(vectors: tf.Tensor3D): tf.Tensor3D {
  const cosines = vectors.arraySync().map((ofLayer) => ofLayer.map((a) => ofLayer.map((b) => dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b)))));
  return tf.tensor3d(cosines);
}

const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, x, i) => sum + x * (b[i] as number), 0);

export function senseSeparation(similarity: tf.Tensor3D, senses: readonly string[]): tf.Tensor1D {
  const ofLayers = similarity.arraySync().map((cosines) => {
    const [same, other]: [number[], number[]] = [[], []];
    for (let i = 0; i < senses.length; i++) {
      for (let j = i + 1; j < senses.length; j++) (senses[i] === senses[j] ? same : other).push(cosines[i]?.[j] as number);
    }
    return mean(same) - mean(other);
  });
  return tf.tensor1d(ofLayers);
}

export function nearestSenseAccuracy(similarity: tf.Tensor3D, senses: readonly string[]): tf.Tensor1D {
  const ofLayers = similarity.arraySync().map((cosines) => {
    const right = senses.map((sense, i) => {
      const others = senses.map((_, j) => j).filter((j) => j !== i);
      const nearest = others.reduce((best, j) => ((cosines[i]?.[j] as number) > (cosines[i]?.[best] as number) ? j : best));
      return senses[nearest] === sense ? 1 : 0;
    });
    return mean(right);
  });
  return tf.tensor1d(ofLayers);
}

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
