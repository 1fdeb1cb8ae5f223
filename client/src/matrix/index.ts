// The door of matrix/: everything else in this folder is its own affair.
export type * from "./door.ts";
export { createMatrix } from "./create-matrix.ts";
export type { MatrixOptions } from "./create-matrix.ts";
