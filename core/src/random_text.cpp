#include "random_text.h"

#include "characters.h"

namespace consent {
namespace {

constexpr std::size_t kDigitSwitchesMin = 3;
constexpr std::size_t kConsonantsMin = 6;

bool is_vowel(char c) {
  const char lower = to_lower(c);
  return lower == 'a' || lower == 'e' || lower == 'i' || lower == 'o' || lower == 'u' ||
         lower == 'y';
}

class Run {
 public:
  void add(char c) {
    ++size_;
    if (is_digit(c) ? is_letter(last_) : is_letter(c) && is_digit(last_)) ++digit_switches_;
    if (is_upper(c) && is_lower(last_)) ++case_switches_;
    if (is_letter(c)) {
      add_letter(c);
    } else {
      end_word();
    }
    last_ = c;
  }
  bool end() {
    end_word();
    return size_ >= kRandomBytesMin && (odd_word_ || digit_switches_ >= kDigitSwitchesMin ||
                                        4 * (digit_switches_ + case_switches_) >= size_);
  }

 private:
  void add_letter(char c) {
    ++letters_;
    if (is_vowel(c)) {
      ++vowels_;
      consonants_ = 0;
    } else if (++consonants_ > longest_) {
      longest_ = consonants_;
    }
  }
  void end_word() {
    const bool unpronounceable = longest_ >= kConsonantsMin || 4 * vowels_ < letters_;
    odd_word_ = odd_word_ || (letters_ >= kRandomBytesMin && unpronounceable);
    letters_ = vowels_ = consonants_ = longest_ = 0;
  }

  char last_ = '-';
  bool odd_word_ = false;
  std::size_t size_ = 0;
  std::size_t digit_switches_ = 0;
  std::size_t case_switches_ = 0;
  std::size_t letters_ = 0;  // these four: of the word so far
  std::size_t vowels_ = 0;
  std::size_t consonants_ = 0;
  std::size_t longest_ = 0;
};

}  // namespace

bool has_random_run(std::string_view text) {
  Run run;
  for (const char character : text) {
    if (base64_value(character) < 64 || character == '=') {
      run.add(character);
    } else {
      if (run.end()) return true;
      run = {};
    }
  }
  return run.end();
}

unsigned base64_value(char character) {
  if (is_upper(character)) return static_cast<unsigned>(character - 'A');
  if (is_lower(character)) return static_cast<unsigned>(character - 'a') + 26;
  if (is_digit(character)) return static_cast<unsigned>(character - '0') + 52;
  if (character == '-' || character == '+') return 62;
  return character == '_' || character == '/' ? 63 : 64;
}

}  // namespace consent
