// How a site wants the first layer and the standing button placed.

export type Layout = "box" | "bar" | "center";

export type Position =
  "bottom" | "bottom-start" | "bottom-end" | "top" | "top-start" | "top-end";

export interface Looks {
  /** A box in a corner when left out, a bar over the whole width, or a box in the middle. */
  layout?: Layout;
  /** `start` and `end` follow the direction of the language. A bar is at the bottom or the top. */
  position?: Position;
  /** A standing button that opens the preferences again, at the bottom: on which side. */
  reopen?: "start" | "end";
}
