#include "handlers/transparency.h"

#include <optional>
#include <string>

#include "formats/base64.h"
#include "handlers/asked_log.h"
#include "http/problem.h"
#include "wire/json_writer.h"

namespace consent::server {
namespace {

http::Response no_log() { return http::problem(404, "This service keeps no log of this zone."); }

http::Response fresh_text(std::string text) {
  http::Response response = http::text_response(200, "text/plain; charset=utf-8", std::move(text));
  response.set("Cache-Control", "public, max-age=1");
  return response;
}

}  // namespace

http::Response handle_checkpoint(const Service& service, const http::Request& request) {
  ZoneLog* log = asked_log(service, request);
  return log == nullptr ? no_log() : fresh_text(log->checkpoint());
}

http::Response handle_log_key(const Service& service, const http::Request& request) {
  const ZoneLog* log = asked_log(service, request);
  return log == nullptr ? no_log() : fresh_text(log->verifier_key() + '\n');
}

http::Response handle_tile(const Service& service, const http::Request& request) {
  ZoneLog* log = asked_log(service, request);
  if (log == nullptr) return no_log();
  const std::optional<LogTile> tile = parse_tile_path(request.path_parameter("*"));
  std::optional<std::string> bytes;
  if (tile) bytes = log->tile(*tile);
  if (!bytes) {
    return http::problem(404,
                         "The log has no such tile. Tiles are named as C2SP tlog-tiles says, and "
                         "a partial one is there once the checkpoint has all of it. Entries are "
                         "gone when one of the tile was destroyed after its period.");
  }
  http::Response response;
  response.set("Content-Type", "application/octet-stream");
  response.set("X-Content-Type-Options", "nosniff");
  response.set("Cache-Control", "public, max-age=31536000, immutable");
  response.body = std::move(*bytes);
  return response;
}

http::Response handle_consistency(const Service& service, const http::Request& request) {
  ZoneLog* log = asked_log(service, request);
  if (log == nullptr) return no_log();
  const std::optional<std::uint64_t> from = asked_number(request, "from");
  if (!from) {
    return http::problem(422, "The query must say which checkpoint to begin with.",
                         {{"/from", "must be the size in that checkpoint, once"}});
  }
  const std::optional<ConsistencyProof> proof = log->prove_consistency(*from);
  if (!proof) return http::problem(404, "The log has no tree of that size, or it is empty.");
  JsonArray hashes;
  for (const Sha256Digest& hash : proof->hashes) hashes.emplace_back(to_base64(hash));
  http::Response response =
      http::text_response(200, "application/json",
                          to_json(JsonObject{{"from", static_cast<std::int64_t>(*from)},
                                             {"proof", std::move(hashes)},
                                             {"checkpoint", proof->checkpoint}}));
  response.set("Cache-Control", "no-store");
  return response;
}

}  // namespace consent::server
