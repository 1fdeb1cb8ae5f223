export { pictureOf } from "./picture.ts";
export type { Picture } from "./picture.ts";
export { PictureStore } from "./picture-store.ts";
