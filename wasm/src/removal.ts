// Loaded behind follow_up.js, so that it is at hand when consent ends.

export { removeLeft } from "./cookie_removal";

export interface RemovalModule {
  removeLeft: typeof import("./cookie_removal").removeLeft;
}
