/**
 * What `document` hears after every change, before anything is released; `detail` is the state. It
 * is heard as soon as something may run or has been chosen: before that, nothing has changed.
 */
export const changeEvent = "dialphone-consent";
