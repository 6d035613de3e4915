/** Multiplications and additions of the operations that are sums of products, by kernel. What else an operation does is not counted. */

interface Shaped {
  readonly shape: readonly number[];
}
type Inputs = Readonly<Record<string, Shaped | undefined>>;
type Attributes = Readonly<Record<string, unknown>>;

/** @param out of the first output @returns 0 where it is not known */
export const flopsOf = (kernel: string, inputs: Inputs, attributes: Attributes, out: Shaped | undefined): number => {
  const terms = out && TERMS[kernel]?.(inputs, attributes, out);
  return terms === undefined ? 0 : 2 * terms;
};

const size = ({ shape }: Shaped): number => shape.reduce((n, d) => n * d, 1);

/** [..., rows, inner] times [..., inner, columns]: each output is a sum of `inner` products. */
const product = ({ a }: Inputs, { transposeA }: Attributes, out: Shaped): number => size(out) * ((a as Shaped).shape.at(transposeA ? -2 : -1) as number);

/** Of filters [...window, in channels, out channels]: the products of each output. */
const window = ({ shape }: Shaped): number => size({ shape: shape.slice(0, -1) });
const convolution = ({ filter }: Inputs, _: Attributes, out: Shaped): number => size(out) * window(filter as Shaped);
/** Of filters [height, width, channels, multiplier]: each output is of one channel. */
const depthwise = ({ filter }: Inputs, _: Attributes, out: Shaped): number => size(out) * size({ shape: (filter as Shaped).shape.slice(0, 2) });

/** The gradients of a convolution are of as many products as itself. */
const ofInput = ({ dy, filter }: Inputs): number => size(dy as Shaped) * window(filter as Shaped);
const ofFilter = ({ dy }: Inputs, _: Attributes, out: Shaped): number => size(dy as Shaped) * window(out);

const TERMS: Readonly<Record<string, (inputs: Inputs, attributes: Attributes, out: Shaped) => number>> = {
  BatchMatMul: product,
  _FusedMatMul: product,
  Conv2D: convolution,
  FusedConv2D: convolution,
  Conv3D: convolution,
  Conv2DBackpropInput: ofInput,
  Conv2DBackpropFilter: ofFilter,
  DepthwiseConv2dNative: depthwise,
  FusedDepthwiseConv2D: depthwise,
};
