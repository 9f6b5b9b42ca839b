#pragma once
// An open file, closed on destruction, and the few loops around read(2), write(2) and fsync(2).

#include <sys/types.h>

#include <cstdint>
#include <span>
#include <string>

namespace consent::server {

class FileDescriptor {
 public:
  FileDescriptor() = default;
  explicit FileDescriptor(int number) : number_(number) {}  // takes what open(2) returned, also -1
  ~FileDescriptor();
  FileDescriptor(FileDescriptor&& other) noexcept;
  FileDescriptor& operator=(FileDescriptor&& other) noexcept;
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;

  explicit operator bool() const { return number_ >= 0; }
  int number() const { return number_; }
  void close();

 private:
  int number_ = -1;
};

// False with errno set when not every byte could be written.
bool write_completely(const FileDescriptor& file, std::span<const std::uint8_t> bytes);

// Reads until `out` is full or the file ends; the number of bytes, or -1 with errno set.
ssize_t read_completely(const FileDescriptor& file, std::span<std::uint8_t> out);

// Makes what a file of this name holds durable, and the name. False with errno set.
bool sync_file(const std::string& path);

// Makes a new or removed name durable. False with errno set.
bool sync_directory_of(const std::string& path);

}  // namespace consent::server
