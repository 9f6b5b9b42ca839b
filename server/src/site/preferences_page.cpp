#include "site/preferences_page.h"

#include <algorithm>

#include "consent/base64url.h"
#include "crypto/sha256.h"
#include "formats/html_text.h"
#include "site/placeholder.h"

namespace consent::server {
namespace {

// Accept, reject and save are one class of button: none may look more inviting than another.
constexpr std::string_view kStyle = R"(
:root{color-scheme:light dark;--ink:#17181c;--quiet:#52555e;--paper:#fff;--line:#d4d8e0;
--control:#e7ebf0;--edge:transparent;--accent:#1d4fa8;color:var(--ink);background:var(--paper)}
@media(prefers-color-scheme:dark){:root{--ink:#f1f2f5;--quiet:#b6bac5;--paper:#1b1d22;
--line:#3b3f49;--control:#2f343d;--accent:#9dbcf7}}
@media(prefers-contrast:more){:root{--quiet:var(--ink);--line:var(--ink);--edge:var(--ink)}}
body{font:1rem/1.5 system-ui,sans-serif;margin:0 auto;padding:2.5rem 1rem 0;max-width:42rem}
h1{font-size:1.625rem;line-height:1.2;margin:0 0 .75rem}
h2{font-size:1.125rem;line-height:1.3;margin:0}
p{margin:.5rem 0;color:var(--quiet)}
a{color:var(--accent);display:inline-block;padding-block:.25rem}
section{border-top:1px solid var(--line);padding:1.25rem 0}
section:first-of-type{margin-top:1.25rem}
label{display:flex;gap:.75rem;align-items:center;min-height:2.75rem}
input{width:1.5rem;height:1.5rem;margin:0;flex:none;accent-color:var(--accent)}
dl,table{font-size:.9375rem}
dl{margin:1rem 0 .5rem;display:grid;grid-template-columns:minmax(9rem,auto) 1fr;gap:.25rem 1rem}
dt{font-weight:600;grid-column:1}
dd{margin:0;grid-column:2;color:var(--quiet)}
table{border-collapse:collapse;width:100%}
caption{text-align:start;font-weight:600;padding:.5rem 0 .25rem}
th,td{text-align:start;vertical-align:top;padding:.375rem .75rem .375rem 0;
overflow-wrap:anywhere}
tbody th{font-weight:400;font-family:ui-monospace,monospace;font-size:.875rem}
td{color:var(--quiet)}
thead th{border-bottom:1px solid var(--line)}
.actions{display:flex;flex-wrap:wrap;gap:.5rem;border-top:1px solid var(--line);
padding:1.25rem 0 3rem}
button{font:inherit;font-weight:600;line-height:1.25;flex:1 1 9rem;min-height:2.75rem;
padding:.5rem .75rem;cursor:pointer;border:1px solid var(--edge);border-radius:.5rem;
color:var(--ink);background:var(--control)}
:focus-visible{outline:3px solid #3b76e8;outline-offset:2px}
.note{border:1px solid var(--line);border-inline-start:.25rem solid var(--accent);
border-radius:.5rem;padding:.75rem 1rem;color:var(--ink)}
@media(max-width:30rem){body{padding-top:1.5rem}dl{grid-template-columns:1fr}
dd{grid-column:1}dd+dt{margin-top:.5rem}table{font-size:.875rem}
tbody th{font-size:.8125rem}td:nth-child(2){min-width:6.75rem}}
@media(forced-colors:active){
:root{--ink:CanvasText;--quiet:CanvasText;--paper:Canvas;--line:CanvasText;--accent:LinkText}
.actions *{color:ButtonText;background:ButtonFace;border-color:ButtonText}}
)";

class Writer {
 public:
  explicit Writer(const PreferencesPage& page) : page_(page) {}

  std::string write() {
    head();
    html_ += "<main><h1>";
    html_ += words("preferences_title") + "</h1><p>" + words("preferences_body") + "</p><p>";
    html_ += escape_html(
                 fill(page_.text.at("controller"), {{"{controller}", page_.policy.controller}})) +
             "</p><p><a href=\"" + words("policy_url") + "\">" + words("policy_link") + "</a></p>";
    note(page_.saved, "saved");
    note(page_.late && page_.text.contains("late"), "late");
    note(page_.gpc, "gpc_honoured");
    html_ += "<form method=\"post\" action=\"/v1/consents\" accept-charset=\"utf-8\">";
    hidden_fields();
    for (const PurposeInfo& info : page_.policy.purposes) purpose(info);
    actions();
    html_ += "</form></main></body></html>\n";
    return std::move(html_);
  }

 private:
  std::string words(const std::string& key) const { return escape_html(page_.text.at(key)); }
  static const std::string& in_language(const Localised& localised, const std::string& language) {
    return localised.at(language);
  }

  void note(bool shown, const char* key) {
    if (shown) html_ += "<p class=\"note\" role=\"status\">" + words(key) + "</p>";
  }

  void head() {
    html_ += "<!doctype html><html lang=\"" + escape_html(page_.language) + "\" dir=\"";
    html_ += words("dir");
    html_ +=
        "\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, "
        "initial-scale=1\"><meta name=\"robots\" content=\"noindex\"><title>";
    html_ += words("preferences_title") + " - " + escape_html(page_.site) + "</title><style>";
    html_ += kStyle;
    html_ += "</style></head><body>";
  }

  void hidden(std::string_view name, std::string_view value) {
    html_ += "<input type=\"hidden\" name=\"";
    html_ += name;
    html_ += "\" value=\"" + escape_html(value) + "\">";
  }

  void hidden_fields() {
    hidden("site", page_.site);
    hidden("event", page_.event);
    hidden("ticket", page_.ticket);
    hidden("notice", page_.notice);
    hidden("policy", std::to_string(page_.policy.version));
    hidden("language", page_.language);
    hidden("return", page_.return_path);
  }

  void purpose(const PurposeInfo& info) {
    const std::string id(to_text(info.purpose));
    const std::string name = escape_html(in_language(info.name, page_.language));
    html_ += "<section aria-labelledby=\"name-" + id + "\">";
    if (info.purpose == Purpose::essential) {
      html_ += "<h2 id=\"name-" + id + "\">" + name + "</h2><p>" + words("always_on") + "</p>";
    } else {
      const bool on = page_.allowed[static_cast<std::size_t>(info.purpose)];
      html_ += "<h2><label id=\"name-" + id + "\"><input type=\"checkbox\" name=\"choices." + id +
               "\" value=\"granted\" aria-describedby=\"about-" + id + '"';
      if (on) html_ += " checked";
      html_ += '>' + name + "</label></h2>";
    }
    html_ += "<p id=\"about-" + id + "\">" +
             escape_html(in_language(info.description, page_.language)) + "</p>";
    html_ += "<dl><dt>" + words("legal_basis") + "</dt><dd>" + words("basis_" + info.legal_basis) +
             "</dd>";
    recipients(info);
    html_ += "</dl>";
    cookies(info);
    html_ += "</section>";
  }

  void recipients(const PurposeInfo& info) {
    html_ += "<dt>" + words("recipients") + "</dt>";
    for (const ServiceInfo& service : info.services) {
      html_ += "<dd><bdi>" + escape_html(service.name) + ": " + escape_html(service.recipient) +
               " (" + escape_html(service.country) + ")</bdi></dd>";
    }
  }

  void cookies(const PurposeInfo& info) {
    if (info.cookies.empty()) return;
    html_ += "<table><caption>" + words("cookies") + "</caption><thead><tr>";
    for (const char* key : {"cookie_name", "cookie_provider", "cookie_lifetime"}) {
      html_ += "<th scope=\"col\">" + words(key) + "</th>";
    }
    html_ += "</tr></thead><tbody>";
    for (const CookieInfo& cookie : info.cookies) {
      html_ += "<tr><th scope=\"row\"><bdi dir=\"ltr\">" + escape_html(cookie.name) +
               "</bdi></th><td><bdi>" + escape_html(cookie.provider) + "</bdi></td><td>" +
               escape_html(localised(cookie.lifetime, page_.text)) + "</td></tr>";
    }
    html_ += "</tbody></table>";
  }

  void button(std::string_view action) {
    html_ += "<button type=\"submit\" name=\"action\" value=\"";
    html_ += action;
    html_ += "\">" + words(std::string(action)) + "</button>";
  }

  // Save comes first in the source, because the Enter key presses the first button of a form:
  // pressing it must keep to what the boxes say.
  void actions() {
    html_ += "<div class=\"actions\">";
    button("save");
    button("reject_all");
    button("accept_all");
    if (page_.can_withdraw) button("withdraw");
    html_ += "</div>";
  }

  const PreferencesPage& page_;
  std::string html_;
};

}  // namespace

std::string render(const PreferencesPage& page) { return Writer(page).write(); }

std::string_view preferences_style_source() {
  static const std::string kSource = [] {
    const Sha256Digest digest = sha256(kStyle);
    std::string base64(base64url_size(digest.size()), '\0');
    base64url_encode(digest, base64);
    std::replace(base64.begin(), base64.end(), '-', '+');
    std::replace(base64.begin(), base64.end(), '_', '/');
    return "'sha256-" + base64 + "='";
  }();
  return kSource;
}

}  // namespace consent::server
