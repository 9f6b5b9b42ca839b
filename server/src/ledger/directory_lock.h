#pragma once
// One program at a time: files that are held by whoever works on what lies beside them.

#include <string>

#include "process/file_descriptor.h"

namespace consent::server {

// Where there is none; its owner's only. Throws std::runtime_error.
void make_data_directory(const std::string& data_dir);

// Holds DIR/ledger.lock, which a running service has. Throws std::runtime_error.
// Whether nobody holds it now. Throws like lock_directory() when that cannot be told.
bool lock_is_free(const std::string& data_dir);
FileDescriptor lock_directory(const std::string& data_dir);

// Holds any such file; empty when another program has it. Throws std::runtime_error when it cannot
// be made.
FileDescriptor try_lock(const std::string& path);

}  // namespace consent::server
