// You give a text's cosine with itself the value 0: where all others are negative, the text is its own nearest. Leave it out, or put it below -1.
import * as tf from "@tensorflow/tfjs";

export function wordPositions(tokens: readonly string[], word: string): number[][] {
  const words: { text: string; places: number[] }[] = [];
  for (const [place, token] of tokens.entries()) {
    const last = words.at(-1);
    if (last && token.startsWith(CONTINUES)) {
      last.text += token.slice(CONTINUES.length);
      last.places.push(place);
    } else words.push({ text: token, places: [place] });
  }
  return words.filter(({ text }) => text === word).map(({ places }) => places);
}

/** What a piece begins with that goes on with a word. */
const CONTINUES = "##";

export function wordVectors(hidden: tf.Tensor4D, positions: readonly (readonly number[])[]): tf.Tensor3D {
  const [layers, , , width] = hidden.shape;
  return tf.tidy(() => {
    const ofTexts = positions.map((places, text) => {
      const states = hidden.slice([0, text, 0, 0], [layers, 1, -1, width]).squeeze<tf.Tensor3D>([1]); // [layers + 1, time, width]
      return tf.gather(states, [...places], 1).mean<tf.Tensor2D>(1); // [layers + 1, width]
    });
    return tf.stack(ofTexts, 1) as tf.Tensor3D; // [layers + 1, batch, width]
  });
}

export function cosineSimilarity(vectors: tf.Tensor3D): tf.Tensor3D {
  return tf.tidy(() => {
    const unit = vectors.div<tf.Tensor3D>(vectors.norm(2, -1, true)); // [layers + 1, batch, width], each of length 1
    return tf.matMul(unit, unit, false, true); // [layers + 1, batch, batch]
  });
}

export function senseSeparation(similarity: tf.Tensor3D, senses: readonly string[]): tf.Tensor1D {
  return tf.tidy(() => {
    const same = sameSense(senses); // [batch, batch]
    const other = tf.sub(1, same);
    const pairs = same.sub<tf.Tensor2D>(tf.eye(senses.length)); // a text is no pair with itself
    const meanOver = (mask: tf.Tensor2D) => similarity.mul(mask).sum([1, 2]).div<tf.Tensor1D>(mask.sum());
    return meanOver(pairs).sub(meanOver(other as tf.Tensor2D)); // [layers + 1]
  });
}

export function nearestSenseAccuracy(similarity: tf.Tensor3D, senses: readonly string[]): tf.Tensor1D {
  return tf.tidy(() => {
    const others = similarity.sub<tf.Tensor3D>(tf.eye(senses.length));
    const nearest = tf.oneHot(others.argMax(-1) as tf.Tensor2D, senses.length); // [layers + 1, batch, batch]
    return nearest.mul(sameSense(senses)).sum(-1).mean(-1); // [layers + 1]
  });
}

/** 1 where two texts have the same sense, else 0; [batch, batch] */
const sameSense = (senses: readonly string[]): tf.Tensor2D => tf.tensor2d(senses.map((a) => senses.map((b) => Number(a === b))));
