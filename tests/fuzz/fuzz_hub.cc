// Any bytes as what comes from the network or a person: a hub's list of files, a URL, a redirect, a model's name, a
// header, NO_PROXY. Nothing that gets through can leave a folder, a host or a line.
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "model/hub/download.h"
#include "model/hub/hub_name.h"
#include "model/hub/listing.h"
#include "model/hub/retry.h"
#include "net/proxy.h"
#include "net/url.h"

namespace {

bool is_plain(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c <= '~'; });
}

void check_url(const pith::Result<pith::Url>& url) {
  if (!url) {
    PITH_CHECK(!url.error().message.empty(), "");
    return;
  }
  PITH_CHECK(url->scheme == "http" || url->scheme == "https", url->scheme);
  PITH_CHECK(is_plain(url->host) && !url->host.empty() && url->host.find_first_of("/@?#\\%") == std::string::npos,
             url->host);
  PITH_CHECK(is_plain(url->target) && url->target.starts_with('/'), url->target);
  PITH_CHECK(url->port != 0, "");
  const auto again = pith::parse_url(pith::to_text(*url));
  PITH_CHECK(again && *again == *url, pith::to_text(*url));
}

void check_listing(std::string_view text) {
  const auto listing = pith::parse_listing(text, "fuzz");
  if (!listing) {
    PITH_CHECK(!listing.error().message.empty(), "");
    return;
  }
  PITH_CHECK(pith::is_commit(listing->commit), listing->commit);
  for (const pith::HubFile& file : listing->files) PITH_CHECK(pith::is_safe_file_name(file.name), file.name);
  for (const pith::HubName& name : {pith::HubName{"o", "n"}, pith::HubName{"o", "n", "a.gguf"}}) {
    const auto files = pith::choose_files(*listing, name);
    if (!files) continue;
    for (const pith::HubFile& file : *files) {
      const bool is_gguf = file.name.ends_with(".gguf");
      PITH_CHECK(is_gguf == !name.file.empty() && !file.name.ends_with(".bin"), file.name);
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  check_listing(bytes);

  check_url(pith::parse_url(bytes));
  const pith::Url base = pith::parse_url("https://hub.example/a/b?c").value();
  check_url(pith::resolve_reference(base, bytes));
  if (const auto url = pith::resolve_reference(base, bytes); url && url->target.find("/../") != std::string::npos) {
    PITH_CHECK(url->target.find('?') < url->target.find("/../") || bytes.find("//") != std::string_view::npos, "");
  }
  PITH_CHECK(pith::percent_decoded(pith::percent_encoded(bytes)) == bytes, "");

  if (const auto name = pith::parse_hub_name(bytes)) {
    PITH_CHECK(pith::is_safe_file_name(name->id()), name->id());
    PITH_CHECK(name->file.empty() || pith::is_safe_file_name(name->file), name->file);
    PITH_CHECK(pith::parse_hub_name(pith::to_text(*name)) == *name, pith::to_text(*name));
  }
  if (const auto wait = pith::parse_retry_after(bytes, std::chrono::system_clock::now())) {
    PITH_CHECK(wait->count() >= 0, "");
  }
  if (const auto range = pith::parse_content_range(bytes); range && range->n_total) {
    PITH_CHECK(range->begin < *range->n_total, "");
  }
  const std::string text(bytes.substr(0, bytes.find('\0')));
  (void)pith::bypasses_proxy("hub.example", 443, text);
  (void)pith::bypasses_proxy("fd00::1", 443, text);
  if (const auto proxy = pith::proxy_for(base, {.http = "", .https = text, .all = "", .no_proxy = ""});
      proxy && *proxy) {
    PITH_CHECK(is_plain((*proxy)->host), "");
    PITH_CHECK(
        std::all_of((*proxy)->authorization.begin(), (*proxy)->authorization.end(), [](char c) { return c >= ' '; }),
        "");
  }
  return 0;
}
