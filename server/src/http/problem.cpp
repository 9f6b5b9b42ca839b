#include "http/problem.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace consent::http {
namespace {

constexpr std::size_t kErrorsMax = 32;
constexpr std::size_t kPointerBytesMax = 256;

struct Title {
  int status;
  std::string_view text;
};

constexpr std::array kTitles = {
    Title{400, "Bad Request"},
    Title{401, "Unauthorized"},
    Title{403, "Forbidden"},
    Title{404, "Not Found"},
    Title{405, "Method Not Allowed"},
    Title{406, "Not Acceptable"},
    Title{408, "Request Timeout"},
    Title{409, "Conflict"},
    Title{410, "Gone"},
    Title{411, "Length Required"},
    Title{412, "Precondition Failed"},
    Title{413, "Content Too Large"},
    Title{414, "URI Too Long"},
    Title{415, "Unsupported Media Type"},
    Title{416, "Range Not Satisfiable"},
    Title{417, "Expectation Failed"},
    Title{421, "Misdirected Request"},
    Title{422, "Unprocessable Content"},
    Title{429, "Too Many Requests"},
    Title{431, "Request Header Fields Too Large"},
    Title{500, "Internal Server Error"},
    Title{501, "Not Implemented"},
    Title{503, "Service Unavailable"},
    Title{505, "HTTP Version Not Supported"},
};

std::string_view title_of(int status) {
  for (const Title& title : kTitles) {
    if (title.status == status) return title.text;
  }
  return "Error";
}

void append_json(std::string& out, std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  out += '"';
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20 || byte == 0x7F) {
      out += "\\u00";
      out += kHex[byte >> 4U];
      out += kHex[byte & 15U];
    } else {
      out += c;
    }
  }
  out += '"';
}

// Whole characters only, so that the document stays well-formed UTF-8.
std::string_view shortened(std::string_view pointer) {
  if (!is_utf8(pointer)) return {};
  if (pointer.size() <= kPointerBytesMax) return pointer;
  std::size_t end = kPointerBytesMax;
  while (end > 0 && (static_cast<unsigned char>(pointer[end]) & 0xC0U) == 0x80U) --end;
  return pointer.substr(0, end);
}

void append_errors(std::string& out, const std::vector<PointedError>& errors) {
  out += ",\"errors\":[";
  for (std::size_t i = 0; i < std::min(errors.size(), kErrorsMax); ++i) {
    out += i == 0 ? "{\"pointer\":" : ",{\"pointer\":";
    append_json(out, shortened(errors[i].pointer));
    out += ",\"detail\":";
    append_json(out, is_utf8(errors[i].detail) ? errors[i].detail : std::string());
    out += '}';
  }
  out += ']';
}

}  // namespace

Response problem(int status, std::string_view detail, const std::vector<PointedError>& errors) {
  Response response;
  response.status = status;
  std::string& body = response.body;
  body = R"({"type":"about:blank","title":)";
  append_json(body, title_of(status));
  body += ",\"status\":" + std::to_string(status);
  if (!detail.empty() && is_utf8(detail)) {
    body += ",\"detail\":";
    append_json(body, detail);
  }
  if (!errors.empty()) append_errors(body, errors);
  body += '}';
  response.set("Content-Type", "application/problem+json");
  response.set("Cache-Control", "no-store");
  return response;
}

}  // namespace consent::http
