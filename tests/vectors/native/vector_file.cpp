#include "vector_file.h"

#include <array>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iostream>
#include <set>

#include "support/catch.h"

namespace consent::vectors {
namespace {

constexpr std::array kOptionalPurposes = {Purpose::analytics, Purpose::marketing};

std::chrono::year_month_day calendar(const std::string& day) {
  REQUIRE(day.size() >= 10);
  const auto number = [&](std::size_t at, std::size_t size) {
    return std::stoi(day.substr(at, size));
  };
  const auto unsigned_number = [&](std::size_t at) { return static_cast<unsigned>(number(at, 2)); };
  return {std::chrono::year{number(0, 4)}, std::chrono::month{unsigned_number(5)},
          std::chrono::day{unsigned_number(8)}};
}

}  // namespace

void for_each_vector(const std::string& area,
                     const std::function<void(const Json& vector, const Json& file)>& check) {
  std::ifstream stream(std::string(CONSENT_VECTOR_DIR) + "/" + area + ".json");
  REQUIRE(stream);
  const Json file = Json::parse(stream);
  const Json& vectors = file.at("vectors");
  std::set<int> ids;
  std::size_t skipped = 0;
  std::size_t executed = 0;
  for (const Json& vector : vectors) {
    ids.insert(vector.at("id").get<int>());
    if (vector.contains("skip") && vector["skip"].contains("native")) {
      ++skipped;
      continue;
    }
    INFO(area << " vector " << vector.at("id") << ": " << vector.at("comment").get<std::string>());
    check(vector, file);
    ++executed;
  }
  std::cout << "native " << area << ": " << executed << " executed, " << skipped << " skipped\n";
  CHECK(ids.size() == file.at("count").get<std::size_t>());
  CHECK(executed == file.at("count").get<std::size_t>() - skipped);
}

ExactText::ExactText(const std::string& text) : bytes_(new char[text.size()]), size_(text.size()) {
  if (size_ != 0) std::memcpy(bytes_.get(), text.data(), size_);
}

std::string text_or_empty(const Json& value) {
  return value.is_null() ? std::string() : value.get<std::string>();
}

Date date(const std::string& day) { return Date{calendar(day)}; }

Instant instant(const std::string& time) {
  REQUIRE(time.size() >= 20);
  const auto number = [&](std::size_t at) { return std::stoi(time.substr(at, 2)); };
  return date(time) + std::chrono::hours{number(11)} + std::chrono::minutes{number(14)} +
         std::chrono::seconds{number(17)};
}

std::int64_t milliseconds(const std::string& time) {
  return instant(time).time_since_epoch().count() * 1000;
}

std::string rfc3339(Instant time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day calendar_day{day};
  const std::chrono::hh_mm_ss clock{time - day};
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d.000Z",
                static_cast<int>(calendar_day.year()), static_cast<unsigned>(calendar_day.month()),
                static_cast<unsigned>(calendar_day.day()), static_cast<int>(clock.hours().count()),
                static_cast<int>(clock.minutes().count()),
                static_cast<int>(clock.seconds().count()));
  return text.data();
}

Json region_json(const Region& region) {
  Json json = {{"country", nullptr}, {"subdivision", nullptr}};
  if (region.country.known()) json["country"] = std::string(region.country.text());
  if (region.subdivision.known()) json["subdivision"] = std::string(to_text(region).view());
  return json;
}

Choices choices_of(const Json& choices) {
  Choices result;
  for (const auto& [name, value] : choices.items()) {
    const auto purpose = parse_purpose(name);
    REQUIRE(purpose.has_value());
    const auto choice = parse_choice(value.get<std::string>());
    result.set(*purpose, choice.value_or(Choice::not_asked));
  }
  return result;
}

Json choices_json(Choices choices) {
  Json json = Json::object();
  for (const Purpose purpose : kOptionalPurposes) {
    const std::string_view choice = to_text(choices.of(purpose));
    if (!choice.empty()) json[std::string(to_text(purpose))] = std::string(choice);
  }
  return json;
}

}  // namespace consent::vectors
