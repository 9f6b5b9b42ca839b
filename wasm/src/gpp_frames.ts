// __gpp for frames: the locator they look for, and their calls by message.

import type { GppCallback } from "./gpp";

const locatorName = "__gppLocator";

interface FrameCall {
  callId: unknown;
  command: string;
  parameter?: unknown;
  version?: string;
}

/** An empty frame by whose name a frame finds the window that answers. */
export function placeLocator(): void {
  if (locatorName in window) return;
  if (!document.body) {
    document.addEventListener("DOMContentLoaded", placeLocator);
    return;
  }
  const frame = document.createElement("iframe");
  frame.hidden = true;
  frame.name = frame.title = locatorName;
  frame.tabIndex = -1;
  document.body.append(frame);
}

// A call comes as an object or as its text, and is answered in the same form.
function readCall(data: unknown): FrameCall | undefined {
  try {
    const message = (typeof data === "string" ? JSON.parse(data) : data) as {
      __gppCall?: FrameCall;
    } | null;
    const call = message?.__gppCall;
    return typeof call?.command === "string" ? call : undefined;
  } catch {
    return undefined;
  }
}

export function answerFrames(
  gpp: (command: string, callback: GppCallback, parameter?: unknown, version?: string) => unknown,
): void {
  addEventListener("message", ({ data, source }) => {
    const call = readCall(data);
    if (!call || !source) return;
    const { callId, command, parameter, version } = call;
    const callback: GppCallback = (returnValue, success) => {
      const message = { __gppReturn: { returnValue, success, callId } };
      const answer = typeof data === "string" ? JSON.stringify(message) : message;
      // Any frame of the page may ask, as it may ask the page; the signal is public by design.
      (source as Window).postMessage(answer, "*");
    };
    gpp(command, callback, parameter, version);
  });
}
