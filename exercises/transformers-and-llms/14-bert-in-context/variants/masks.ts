// Everything as products with masks: pooling weights, pairs of the same sense, the diagonal; words found in the text that the pieces make.
import * as tf from "@tensorflow/tfjs";

export const wordPositions = (tokens: readonly string[], word: string): number[][] => {
  const starts = tokens.flatMap((token, place) => (token.startsWith("##") ? [] : [place]));
  const groups = starts.map((start, i) => Array.from({ length: (starts[i + 1] ?? tokens.length) - start }, (_, k) => start + k));
  const spelled = (places: readonly number[]) => places.map((place) => tokens[place]).join("");
  return groups.filter((places) => spelled(places).replaceAll("##", "") === word);
};

export const wordVectors = (hidden: tf.Tensor4D, positions: readonly (readonly number[])[]): tf.Tensor3D =>
  tf.tidy(() => {
    const time = hidden.shape[2];
    const weights = positions.map((places) => Array.from({ length: time }, (_, place) => (places.includes(place) ? 1 / places.length : 0)));
    return hidden.mul(tf.tensor2d(weights).expandDims(-1)).sum(2); // weights: [batch, time, 1]
  });

export const cosineSimilarity = (vectors: tf.Tensor3D): tf.Tensor3D =>
  tf.tidy(() => {
    const products = tf.matMul(vectors, vectors.transpose<tf.Tensor3D>([0, 2, 1])); // [layers + 1, batch, batch]
    const norms = vectors.square().sum(-1, true).sqrt() as tf.Tensor3D; // [layers + 1, batch, 1]
    return products.div(tf.matMul(norms, norms, false, true));
  });

export const senseSeparation = (similarity: tf.Tensor3D, senses: readonly string[]): tf.Tensor1D =>
  tf.tidy(() => {
    const number = tf.tensor1d(senses.map((sense) => senses.indexOf(sense)));
    const same = number.expandDims(0).equal(number.expandDims(1)); // [batch, batch]
    const alone = tf.eye(senses.length).toBool();
    const mean = (chosen: tf.Tensor) => tf.where(chosen.broadcastTo(similarity.shape), similarity, 0).sum([1, 2]).div(chosen.toFloat().sum());
    return mean(same.logicalAnd(alone.logicalNot())).sub(mean(same.logicalNot()));
  });

export const nearestSenseAccuracy = (similarity: tf.Tensor3D, senses: readonly string[]): tf.Tensor1D =>
  tf.tidy(() => {
    const number = senses.map((sense) => senses.indexOf(sense));
    const alone = tf.eye(senses.length).toBool().broadcastTo(similarity.shape);
    const others = tf.where(alone, Number.NEGATIVE_INFINITY, similarity);
    const found = tf.gather(tf.tensor1d(number), others.argMax(2).flatten().toInt()).reshape([similarity.shape[0], senses.length]);
    return found.equal(tf.tensor1d(number)).toFloat().mean(1);
  });
