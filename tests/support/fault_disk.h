#pragma once
// A disk under SQLite that fails when it is told to, and loses power: what was written but not
// synced is then gone, sector by sector, as chance has it. While one is there, every SQLite file of
// the process is on it.

#include <cstdint>
#include <memory>
#include <random>
#include <string>

namespace consent::testing {

class FaultDisk {
 public:
  // Syncs are remembered, not done: a test of a thousand crashes waits for no disk.
  explicit FaultDisk(std::uint64_t seed = 1);
  ~FaultDisk();
  FaultDisk(const FaultDisk&) = delete;
  FaultDisk& operator=(const FaultDisk&) = delete;

  enum class Fault : std::uint8_t { none, sync, write, full, read_only, read };
  // Every such operation fails from now on (`read`: of a database's file), until `none`.
  void set(Fault fault);
  // Pages of database files are read with a flipped bit in each sector, until false.
  void tear_reads(bool torn);

  // The power fails in the operation (write, sync, truncation) behind `operations` more: from then
  // on everything fails.
  void lose_power_after(std::uint64_t operations);
  // It fails no more, unless it has.
  void keep_power();
  bool power_is_lost() const;
  // Puts what a disk would have kept into the files and lets everything work again. No file may be
  // open.
  void restore_power();

  // Operations that changed something, so far.
  std::uint64_t operations() const;

  struct State;

 private:
  std::unique_ptr<State> state_;
};

}  // namespace consent::testing
