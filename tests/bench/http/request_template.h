#pragma once
// The text of a request with places that are filled anew each time: see load_client.cpp.

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "consent/base64url.h"
#include "recorded_subject.h"

namespace consent::bench {

class RequestTemplate {
 public:
  RequestTemplate(std::string text, std::uint64_t recorded)
      : text_(std::move(text)), recorded_(recorded) {
    find(std::string(36, '@'), Place::event);
    find(std::string(22, '@'), Place::fresh);
    find(std::string(22, '#'), Place::recorded);
    find(std::string(20, '~'), Place::letters);
    if (gaps_.size() < kPreparedFrom) return;
    for (std::size_t i = 0; i < kPrepared; ++i) {
      prepared_.push_back(filled());
    }
  }

  void write(std::string& out) {
    out = prepared_.empty() ? filled() : prepared_[next() % kPrepared];
  }

 private:
  enum class Place : std::uint8_t { event, fresh, recorded, letters };
  struct Gap {
    std::size_t at;
    Place place;
  };

  // A long list is made beforehand: the client's work must not be what is measured.
  static constexpr std::size_t kPreparedFrom = 100;
  static constexpr std::size_t kPrepared = 1'000;

  const std::string& filled() {
    for (const Gap& gap : gaps_) fill(gap);
    return text_;
  }

  void find(const std::string& mark, Place place) {
    for (std::size_t at = text_.find(mark); at != std::string::npos; at = text_.find(mark, at)) {
      text_.replace(at, mark.size(), mark.size(), '.');
      gaps_.push_back({at, place});
    }
  }

  std::uint64_t next() { return scattered(state_++); }

  void fill(const Gap& gap) {
    if (gap.place == Place::event) return fill_event(gap.at);
    if (gap.place == Place::letters) return fill_letters(gap.at);
    SubjectId id = recorded_subject(next() % recorded_);
    if (gap.place == Place::fresh) {
      const std::array<std::uint64_t, 2> halves = {next(), next()};
      std::memcpy(id.data(), halves.data(), id.size());
    }
    std::array<char, base64url_size(sizeof(SubjectId))> text{};
    base64url_encode(id, text);
    text_.replace(gap.at, text.size(), text.data(), text.size());
  }

  void fill_letters(std::size_t at) {
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < 20; ++i, bits >>= 4U) {
      if (i % 16 == 0) bits = next();
      text_[at + i] = static_cast<char>('A' + (bits & 7U));
    }
  }

  void fill_event(std::size_t at) {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    const auto milliseconds = static_cast<unsigned long long>(
        std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
    const unsigned long long high = next();
    const unsigned long long low = next();
    std::array<char, 37> text{};
    std::snprintf(text.data(), text.size(), "%08llx-%04llx-7%03llx-%04llx-%012llx",
                  milliseconds >> 16U, milliseconds & 0xffffU, high & 0xfffU,
                  0x8000U | ((high >> 12U) & 0x3fffU), low & 0xffffffffffffU);
    text_.replace(at, 36, text.data(), 36);
  }

  std::string text_;
  std::uint64_t recorded_;
  std::vector<Gap> gaps_;
  std::vector<std::string> prepared_;
  std::uint64_t state_ =
      static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
};

}  // namespace consent::bench
