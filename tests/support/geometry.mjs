// Where things are in a page.

/** By how much it can be scrolled sideways. */
export const overflow = (page) =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

/** While a layer rises a box is a fraction of a pixel off. */
export const atRest = (layer) =>
  layer.evaluate((node) => {
    const moving = node.getAnimations({ subtree: true });
    return Promise.all(moving.map(({ finished }) => finished.catch(() => {})));
  });
