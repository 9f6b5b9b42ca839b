#include "random_text.h"

#include "characters.h"

namespace consent {
namespace {

constexpr std::size_t kDigitSwitchesMin = 3;      // in words between hyphens
constexpr std::size_t kWordDigitSwitchesMin = 2;  // in one word
constexpr std::size_t kConsonantsMin = 6;

bool is_vowel(char c) {
  const char lower = to_lower(c);
  return lower == 'a' || lower == 'e' || lower == 'i' || lower == 'o' || lower == 'u' ||
         lower == 'y';
}

// Characters without a break, and the words in it, which hyphens and the like divide.
class Run {
 public:
  void add(char c) {
    ++size_;
    if (is_alphanumeric(c)) {
      add_to_word(c);
    } else {
      end_word();
    }
    before_last_ = last_;
    last_ = c;
  }
  bool end() {
    end_word();
    // Names in camel case have words of more than three and a half characters, and seldom digits.
    const bool many_switches =
        7 * switches_ >= 2 * size_ || (digit_switches_ != 0 && 5 * switches_ >= size_);
    return size_ >= kRandomBytesMin &&
           (odd_word_ || digit_switches_ >= kDigitSwitchesMin || many_switches);
  }

 private:
  void add_to_word(char c) {
    ++word_;
    const bool digit_switch = is_digit(c) ? is_letter(last_) : is_digit(last_);
    const bool acronym_ends = is_lower(c) && is_upper(last_) && is_upper(before_last_);
    const bool case_switch = (is_upper(c) && is_lower(last_)) || acronym_ends;
    digit_switches_ += digit_switch ? 1u : 0u;
    word_digit_switches_ += digit_switch ? 1u : 0u;
    switches_ += digit_switch || case_switch ? 1u : 0u;
    if (is_vowel(c)) ++vowels_;
    consonants_ = is_letter(c) && !is_vowel(c) ? consonants_ + 1 : 0;
    if (consonants_ > longest_) longest_ = consonants_;
  }
  void end_word() {
    const bool unpronounceable = longest_ >= kConsonantsMin || 4 * vowels_ < word_;
    const bool mixed = word_digit_switches_ >= kWordDigitSwitchesMin;
    odd_word_ = odd_word_ || (word_ >= kRandomBytesMin && (unpronounceable || mixed));
    word_ = word_digit_switches_ = vowels_ = consonants_ = longest_ = 0;
  }

  char last_ = '-';
  char before_last_ = '-';
  bool odd_word_ = false;
  std::size_t size_ = 0;
  std::size_t switches_ = 0;
  std::size_t digit_switches_ = 0;
  std::size_t word_ = 0;  // these five: of the word so far
  std::size_t word_digit_switches_ = 0;
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
