/** WebGPU without a browser, by Dawn: Vulkan, Metal or Direct3D 12. */
import * as tf from "../tensors.ts";
import { installPrograms } from "../webgpu/install.ts";
import type { Rung, Started } from "./ladder.ts";
import { repairWebgpu } from "./webgpuRepairs.ts";

/** Resolution of the profile: Dawn rounds its clock unless told not to. */
const DAWN = ["disable-dawn-features=timestamp_quantization"];
const FEATURES: readonly GPUFeatureName[] = ["timestamp-query"];
const LIMITS = [
  "maxComputeWorkgroupStorageSize",
  "maxComputeWorkgroupsPerDimension",
  "maxStorageBufferBindingSize",
  "maxBufferSize",
  "maxComputeWorkgroupSizeX",
  "maxComputeInvocationsPerWorkgroup",
] as const;

export const webgpu: Rung = { name: "webgpu", start };

async function start(): Promise<Started> {
  const gpu = await dawn();
  const adapter = await gpu.requestAdapter({ powerPreference: "high-performance" });
  if (!adapter) throw new Error("no GPU with a Vulkan, Metal or Direct3D 12 driver was found");
  const { info, limits } = adapter;
  const software = info.isFallbackAdapter && process.env.PRACTICUM_SOFTWARE_GPU !== "1";
  if (software) throw new Error(`${nameOf(info)} is no GPU but software that acts as one`);
  const device = await adapter.requestDevice({
    requiredFeatures: FEATURES.filter((feature) => adapter.features.has(feature)),
    requiredLimits: Object.fromEntries(LIMITS.map((name) => [name, limits[name]])),
  });
  const { WebGPUBackend } = await import("@tensorflow/tfjs-backend-webgpu"); // looks for a GPU when it is loaded
  tf.removeBackend("webgpu"); // its own factory would ask for another device
  const backend = new WebGPUBackend(device, info as never);
  tf.registerBackend("webgpu", () => backend);
  await tf.setBackend("webgpu");
  return { device: nameOf(info), settle: repairWebgpu(backend, device, installPrograms(backend)) };
}

/** Puts WebGPU where a browser has it. */
async function dawn(): Promise<GPU> {
  const { create, globals } = await import("webgpu");
  Object.assign(globalThis, globals);
  if (globalThis.navigator === undefined) Object.defineProperty(globalThis, "navigator", { value: {}, configurable: true });
  const gpu = create(DAWN);
  Object.defineProperty(globalThis.navigator, "gpu", { value: gpu, configurable: true });
  return gpu;
}

/** Dawn has the GPU's name in `device`, and in `description` its driver. */
const nameOf = ({ description, device, vendor }: GPUAdapterInfo): string =>
  device.replace(/-+$/, "") || description.split(" (")[0] || vendor || "an unnamed GPU";
