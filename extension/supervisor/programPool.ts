/** Where programs come from: the Node that runs them, what contains them, those that wait, and the ladder of backends. Each is found out once, and anew where it failed. */
import path from "node:path";
import { type Containment, containmentText } from "../protocol/containment.ts";
import type { SupervisorOptions } from "./api.ts";
import { hold } from "./containment/hold.ts";
import { Ladder } from "./ladder.ts";
import { findNode, type NodeProgram } from "./node.ts";
import type { PretrainedPlaces } from "./pretrained.ts";
import { Spares } from "./spares.ts";

export class ProgramPool {
  /** What contains the programs, once that is known. */
  containment: Containment | undefined;
  readonly #options: SupervisorOptions;
  readonly #log: (line: string) => void;
  #node: Promise<NodeProgram> | undefined;
  #spares: Promise<Spares> | undefined;
  #ladder: Promise<Ladder> | undefined;

  constructor(options: SupervisorOptions, log: (line: string) => void) {
    this.#options = options;
    this.#log = log;
  }

  node(): Promise<NodeProgram> {
    this.#node ??= findNode(this.#options.node, this.#options.dist);
    this.#node.catch(() => {
      this.#node = undefined; // it may be installed meanwhile
    });
    return this.#node;
  }

  spares(): Promise<Spares> {
    this.#spares ??= this.#newSpares();
    this.#spares.catch(() => {
      this.#spares = undefined;
    });
    return this.#spares;
  }

  ladder(): Promise<Ladder> {
    this.#ladder ??= this.spares().then((spares) => {
      const { backend: pin } = this.#options;
      return new Ladder({ start: (program, args) => spares.take(program, args), pin, folders: this.#folders() });
    });
    this.#ladder.catch(() => {
      this.#ladder = undefined;
    });
    return this.#ladder;
  }

  async pretrained(): Promise<PretrainedPlaces> {
    const { dist, backends, executionProvider: pin } = this.#options;
    const spares = await this.spares();
    const start: PretrainedPlaces["start"] = (program, readable, writable) => spares.take(program, [], { readable, writable });
    return { start, folders: this.#folders(), cache: path.join(backends ?? dist, "models"), log: this.#log, ...(pin && { pin }) };
  }

  /** Ends what waits. */
  async rest(): Promise<void> {
    (await this.#spares)?.dispose();
  }

  /** In whose node_modules packages may be that do not come with Practicum. */
  #folders(): readonly string[] {
    const { dist, backends } = this.#options;
    return [...(backends ? [backends] : []), dist];
  }

  async #newSpares(): Promise<Spares> {
    const { dist, containment } = this.#options;
    const node = await this.node();
    const held = await hold(node, dist, containment);
    this.#log(`Node ${node.version} (${node.path}) runs exercises${node.notes.length > 0 ? `; ${node.notes.join("; ")}` : ""}`);
    this.#log(`programs are ${containmentText(held.plain.containment)}`);
    this.containment = held.plain.containment;
    return new Spares({ node, dist, hold: held, log: this.#log, onNotStarted: () => this.#probeAnew() });
  }

  /** What held when it was probed may be refused since: it is never left out in silence, but found out anew, and told. */
  #probeAnew(): void {
    this.#log("a program did not start: what contains it is probed anew");
    void this.rest();
    this.#spares = undefined;
    this.#ladder = undefined;
  }
}
