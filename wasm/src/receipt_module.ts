// receipt.mjs: checks receipts and the log's signed notes, in a page or in a tool. Needs proof.wasm
// beside it.

export { ProofPlans } from "./proof_plan";
export { checkReceipt, type ReceiptCheck, type ReceiptRecord } from "./receipt";
export { openNote, parseVerifierKey, type Verifier } from "./signed_note";
