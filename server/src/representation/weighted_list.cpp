#include "representation/weighted_list.h"

#include <optional>

namespace consent::server {
namespace {

constexpr std::size_t kMembersMax = 32;

std::string_view trim(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// RFC 9110 12.4.2: "0" or "1", optionally with a point and up to three digits; at most 1.
std::optional<int> parse_quality(std::string_view text) {
  if (text.empty() || text.size() > 5 || (text[0] != '0' && text[0] != '1')) return std::nullopt;
  int value = (text[0] - '0') * 1000;
  if (text.size() > 1 && text[1] != '.') return std::nullopt;
  int scale = 100;
  for (std::size_t i = 2; i < text.size(); ++i, scale /= 10) {
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
    value += (text[i] - '0') * scale;
  }
  return value > 1000 ? std::nullopt : std::optional<int>(value);
}

std::optional<Weighted> parse_member(std::string_view member) {
  const std::size_t semicolon = member.find(';');
  Weighted weighted{trim(member.substr(0, semicolon))};
  if (weighted.item.empty()) return std::nullopt;
  if (semicolon == member.npos) return weighted;
  const std::string_view parameter = trim(member.substr(semicolon + 1));
  if (!parameter.starts_with("q=") && !parameter.starts_with("Q=")) return std::nullopt;
  const auto quality = parse_quality(parameter.substr(2));
  if (!quality) return std::nullopt;
  weighted.thousandths = *quality;
  return weighted;
}

}  // namespace

std::vector<Weighted> parse_weighted_list(std::string_view field, std::size_t bytes_max) {
  if (field.size() > bytes_max) {
    const std::size_t comma = field.substr(0, bytes_max + 1).rfind(',');
    field = comma == field.npos ? std::string_view{} : field.substr(0, comma);
  }
  std::vector<Weighted> members;
  while (!field.empty() && members.size() < kMembersMax) {
    const std::size_t comma = field.find(',');
    const auto member = parse_member(field.substr(0, comma));
    if (member) members.push_back(*member);
    field = comma == field.npos ? std::string_view{} : field.substr(comma + 1);
  }
  return members;
}

}  // namespace consent::server
