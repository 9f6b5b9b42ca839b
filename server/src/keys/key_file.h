#pragma once
// One secret key in one file: 32 raw bytes, mode 0600, in a directory of mode 0700.

#include <optional>
#include <string>

#include "crypto/secret_key.h"

namespace consent::server {

// Makes the directory when it is missing. Throws std::runtime_error when others may enter it.
void make_private_directory(const std::string& path);

// Empty when there is no such file. Throws std::runtime_error with a message for the operator when
// it cannot be read, is not 32 bytes, or may be read by others.
std::optional<SecretKey> read_key_file(const std::string& path);

// Reads the key, or makes one and stores it durably. Of several that try at once one wins and all
// get its key. Throws std::runtime_error.
SecretKey read_or_make_key_file(const std::string& path);

// Overwrites with zeros, syncs and unlinks: best effort on copy-on-write and flash storage. Throws
// std::runtime_error when the file is still there.
void destroy_key_file(const std::string& path);

}  // namespace consent::server
