/** The text of an answer. Rejects where it has more letters than `most`, and does not read on. */
export async function boundedText({ body }: Response, most: number): Promise<string> {
  const reader = body!.getReader();
  const decoder = new TextDecoder();
  for (let text = ""; text.length <= most; ) {
    const { value } = await reader.read();
    if (!value) return text;
    text += decoder.decode(value, { stream: true });
  }
  void reader.cancel();
  throw new Error(`longer than ${most}`);
}
