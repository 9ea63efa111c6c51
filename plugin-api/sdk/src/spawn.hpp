/// Starts a program with pipes on its three standard streams; the caller reads, writes, kills and
/// reaps.
#pragma once

#include <sys/types.h>
#include <unistd.h>

#include <cstdint>
#include <muster/sdk/error.hpp>
#include <muster/sdk/process_runner.hpp>
#include <string>
#include <utility>

namespace muster::sdk {

/// The one owner of a file descriptor.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    if (this != &other) close(), fd_ = std::exchange(other.fd_, -1);
    return *this;
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() { close(); }

  [[nodiscard]] int get() const { return fd_; }
  [[nodiscard]] bool is_open() const { return fd_ >= 0; }
  void close() {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  }

 private:
  int fd_ = -1;
};

struct Spawned {
  pid_t pid = -1;     ///< also the number of its process group
  Descriptor exited;  ///< pidfd: readable once it has ended
  Descriptor in;      ///< non-blocking
  Descriptor out;
  Descriptor err;
};

/// Errors as run_process().
[[nodiscard]] Result<Spawned> spawn(const Program& program, std::uint64_t max_memory_bytes);

}  // namespace muster::sdk
