#include "ledger/zone_store.h"

#include <algorithm>
#include <filesystem>
#include <iterator>

#include "crypto/clean_memory.h"

namespace consent::server {
namespace {

// A record whose payload is erased leaves its event taken.
void look_up(StoredRows& rows, const ZoneKeys& keys, WriteTask& task) {
  const Record& record = task.record;
  const auto row = rows.record_of_event(record.event);
  if (!row) {
    task.taken =
        task.first && rows.subject(subject_hash(keys, record.site, record.subject.value()));
    return;
  }
  const bool erased = row->payload.empty();
  if (!erased) task.record = rows.open(*row).record;
  task.erased = erased;
  task.repeated = !erased;
}

bool is_small(const std::string& path, std::uint64_t bytes_max) {
  std::error_code unreadable;
  const std::uintmax_t size = std::filesystem::file_size(path, unreadable);
  return unreadable || size <= bytes_max;
}

}  // namespace

ZoneStore::ZoneStore(const LedgerOptions& options, Zone zone, StateCache& cache,
                     RecentRefusals& refusals, LookElsewhere look_elsewhere)
    : files_(options.data_dir, zone, options.keys),
      look_elsewhere_(std::move(look_elsewhere)),
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
    look_elsewhere_(*this, tasks);
    unsettled_.clear();
    std::copy_if(tasks.begin(), tasks.end(), std::back_inserter(unsettled_),
                 [](const WriteTask* task) { return !task->is_settled(); });
    if (tasks.empty() || !unsettled_.empty()) writer_->commit(unsettled_);
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

// One damaged row must not take those down that have nothing to do with it.
void ZoneStore::look_up(std::span<WriteTask* const> tasks) {
  try {
    readers_.with_rows([&](SqliteConnection&, StoredRows& rows) {
      for (WriteTask* task : tasks) server::look_up(rows, keys(), *task);
    });
  } catch (const std::exception& error) {
    if (tasks.size() == 1) tasks.front()->failure = StoreFailure{explain(path(), error)};
    if (tasks.size() == 1) return;
    for (WriteTask* const& task : tasks) {
      if (!task->is_settled()) look_up(std::span(&task, 1));
    }
  }
}

}  // namespace consent::server
