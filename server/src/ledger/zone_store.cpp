#include "ledger/zone_store.h"

#include <filesystem>

#include "crypto/clean_memory.h"

namespace consent::server {
namespace {

bool is_small(const std::string& path, std::uint64_t bytes_max) {
  std::error_code unreadable;
  const std::uintmax_t size = std::filesystem::file_size(path, unreadable);
  return unreadable || size <= bytes_max;
}

}  // namespace

ZoneStore::ZoneStore(const LedgerOptions& options, Zone zone, StateCache& cache,
                     RecentRefusals& refusals)
    : files_(options.data_dir, zone, options.keys),
      log_(options.change_log ? options.change_log(zone) : nullptr),
      small_(is_small(files_.path, options.checked_at_start_max)),
      writer_(options.read_only ? nullptr
                                : std::make_unique<SqliteWriter>(
                                      files_, cache, refusals, servings_, log_.get(),
                                      small_ ? IntegrityCheck::quick : IntegrityCheck::skip,
                                      [this](const std::exception& error) { suspect(error); })),
      readers_(files_, [this](const std::exception& error) { suspect(error); }),
      check_(std::make_unique<FileCheck>(files_.path, options.report,
                                         small_ || options.read_only
                                             ? FileCheck::Begin::when_suspected
                                             : FileCheck::Begin::at_once)),
      queue_([this](std::span<WriteTask* const> tasks) { commit(tasks); }) {}

void ZoneStore::commit(std::span<WriteTask* const> tasks) {
  if (writer_) {
    writer_->commit(tasks);
    wipe_stack_below();
    return;
  }
  for (WriteTask* task : tasks) {
    task->failure = StoreFailure{files_.path + ": is opened for reading; nothing is written"};
  }
}

void ZoneStore::suspect(const std::exception& error) {
  const auto* found = dynamic_cast<const SqliteError*>(&error);
  if (check_ && found != nullptr && found->is_of_a_page()) {
    check_->suspect(explain(files_.path, error));
  }
}

std::optional<Appended> ZoneStore::known(const Record& record, bool first) {
  std::optional<Appended> known;
  readers_.with_rows([&](SqliteConnection&, StoredRows& rows) {
    const auto row = rows.record_of_event(record.event);
    if (!row) {
      const bool taken =
          first && rows.subject(subject_hash(keys(), record.site, record.subject.value()));
      if (taken) known = Appended{.record = record, .taken = true, .failure = {}};
      return;
    }
    const bool erased = row->payload.empty();
    known = Appended{.record = erased ? record : rows.open(*row).record,
                     .repeated = !erased,
                     .erased = erased,
                     .failure = {}};
  });
  return known;
}

}  // namespace consent::server
