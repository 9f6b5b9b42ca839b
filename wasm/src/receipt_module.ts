// receipt.mjs: checks receipts, in a page or in a tool. Needs proof.wasm beside it.

export { ProofPlans } from "./proof_plan";
export { checkReceipt, type ReceiptCheck, type ReceiptRecord } from "./receipt";
