#include "text/structure/html_names.h"

#include <algorithm>
#include <array>
#include <string>

namespace pith {
namespace {

constexpr auto kNames = std::to_array<std::string_view>(
    {"a",        "abbr",     "address",    "article", "aside",   "audio",   "b",        "base",   "blockquote",
     "body",     "br",       "button",     "canvas",  "caption", "center",  "cite",     "code",   "col",
     "colgroup", "dd",       "del",        "details", "dfn",     "div",     "dl",       "dt",     "em",
     "embed",    "fieldset", "figcaption", "figure",  "font",    "footer",  "form",     "h1",     "h2",
     "h3",       "h4",       "h5",         "h6",      "head",    "header",  "hr",       "html",   "i",
     "iframe",   "img",      "input",      "ins",     "kbd",     "label",   "legend",   "li",     "link",
     "main",     "map",      "mark",       "menu",    "meta",    "nav",     "noscript", "object", "ol",
     "optgroup", "option",   "p",          "param",   "picture", "pre",     "progress", "q",      "rp",
     "rt",       "ruby",     "s",          "samp",    "script",  "section", "select",   "small",  "source",
     "span",     "strong",   "style",      "sub",     "summary", "sup",     "svg",      "table",  "tbody",
     "td",       "template", "textarea",   "tfoot",   "th",      "thead",   "time",     "title",  "tr",
     "track",    "tt",       "u",          "ul",      "var",     "video",   "wbr"});
static_assert(std::ranges::is_sorted(kNames));

constexpr auto kVoid = std::to_array<std::string_view>(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"});
constexpr auto kEndsParagraph = std::to_array<std::string_view>(
    {"address", "article", "aside", "blockquote", "center", "details", "div",     "dl",    "fieldset", "figure",
     "footer",  "form",    "h1",    "h2",         "h3",     "h4",      "h5",      "h6",    "header",   "hr",
     "main",    "menu",    "nav",   "ol",         "p",      "pre",     "section", "table", "ul"});
constexpr auto kOptionalEnd =
    std::to_array<std::string_view>({"body", "colgroup", "dd", "dt", "head", "html", "li", "optgroup", "option", "p",
                                     "rp", "rt", "tbody", "td", "tfoot", "th", "thead", "tr"});

std::string lower(std::string_view name) {
  std::string out(name.substr(0, 16));
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

bool is_one_of(std::string_view name, auto... others) { return ((name == others) || ...); }

}  // namespace

bool is_html_name(std::string_view name) { return std::ranges::binary_search(kNames, std::string_view(lower(name))); }
bool is_html_void(std::string_view name) { return std::ranges::find(kVoid, lower(name)) != kVoid.end(); }
bool is_html_raw(std::string_view name) { return is_one_of(lower(name), "script", "style"); }
bool is_html_metadata(std::string_view name) { return is_one_of(lower(name), "meta", "link", "base"); }
bool has_optional_end(std::string_view name) {
  return std::ranges::find(kOptionalEnd, lower(name)) != kOptionalEnd.end();
}

bool is_closed_by(std::string_view open_name, std::string_view opened_name) {
  const std::string open = lower(open_name);
  const std::string opened = lower(opened_name);
  const bool is_section = is_one_of(opened, "tbody", "thead", "tfoot");
  if (open == "p") return std::ranges::find(kEndsParagraph, opened) != kEndsParagraph.end() || opened == "li";
  if (open == "li") return opened == "li";
  if (is_one_of(open, "dt", "dd")) return is_one_of(opened, "dt", "dd");
  if (is_one_of(open, "td", "th")) return is_one_of(opened, "td", "th", "tr") || is_section;
  if (open == "tr") return opened == "tr" || is_section;
  if (is_one_of(open, "tbody", "thead", "tfoot")) return is_section;
  if (open == "option") return is_one_of(opened, "option", "optgroup");
  if (open == "optgroup") return opened == "optgroup";
  if (open == "head") return opened == "body";
  if (is_one_of(open, "rp", "rt")) return is_one_of(opened, "rp", "rt");
  return false;
}

}  // namespace pith
