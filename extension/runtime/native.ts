/** The runtime where native addons are allowed: the same program, with more rungs above the others. */
import "./backends/nativeRungs.ts";
import "./main.ts";
