// The proof module: what a page needs of the core to check a receipt. It plans, the page hashes
// (Web Crypto). See abi_page.h for the calling convention.

#include <optional>

#include "abi_page.h"
#include "consent/log_leaf.h"
#include "consent/merkle.h"

namespace consent::abi {

unsigned char page_in[kPageInBytes];
unsigned char page_out[kPageOutBytes];

namespace {

// Little-endian, as WebAssembly is.
struct PlanQuestion {
  std::uint64_t part;  // the leaf, or the old size
  std::uint64_t size;
};

// Out: 1 when the computation begins with the proof's first hash, 0 when with the leaf or old root;
// then a byte for each further hash, 1 when it stands left.
std::int32_t plan_out(const std::optional<ProofPlan>& plan) {
  if (!plan) return kAbsent;
  page_out[0] = plan->begins_in_proof ? 1 : 0;
  for (unsigned step = 0; step < plan->steps(); ++step) {
    page_out[1 + step] = plan->is_left(step) ? 1 : 0;
  }
  return static_cast<std::int32_t>(plan->steps()) + 1;
}

struct LeafRecord {
  std::int64_t time_ms;
  std::uint8_t kind;
  std::uint8_t id[16];
  std::uint8_t commitment[32];
  std::uint8_t content[32];
};

}  // namespace
}  // namespace consent::abi

using namespace consent;       // NOLINT: this file is the boundary, it has no names of its own
using namespace consent::abi;  // NOLINT

extern "C" {

std::int32_t proof_abi_version() { return 1; }
unsigned char* proof_page_in() { return page_in; }
unsigned char* proof_page_out() { return page_out; }

// In: a PlanQuestion. Out: a plan; the result is its length, kAbsent when there is none.
std::int32_t proof_inclusion() {
  const auto question = record_in<PlanQuestion>();
  return plan_out(plan_inclusion(question.part, question.size));
}

std::int32_t proof_consistency() {
  const auto question = record_in<PlanQuestion>();
  return plan_out(plan_consistency(question.part, question.size));
}

// In: a leaf's bytes. Out: an LeafRecord; the result is the length of the detail, which ends the
// bytes, or kBadRecord.
std::int32_t proof_leaf(std::int32_t size) {
  if (!fits(size)) return kBadSize;
  const auto entry = decode_leaf({page_in, static_cast<std::size_t>(size)});
  if (!entry) return kBadRecord;
  LeafRecord record{};
  record.time_ms = entry->time_ms;
  record.kind = static_cast<std::uint8_t>(entry->kind);
  std::memcpy(record.id, entry->id.data(), sizeof record.id);
  std::memcpy(record.commitment, entry->commitment.data(), sizeof record.commitment);
  std::memcpy(record.content, entry->content.data(), sizeof record.content);
  record_out(record);
  return static_cast<std::int32_t>(entry->detail.size());
}

}  // extern "C"
