// The element names HTML gives a meaning that recognising it needs. Names are compared without ASCII case.
#pragma once

#include <string_view>

namespace pith {

[[nodiscard]] bool is_html_name(std::string_view name);  ///< any element of HTML
[[nodiscard]] bool is_html_void(std::string_view name);  ///< never has an end tag: br, img
[[nodiscard]] bool is_html_raw(std::string_view name);   ///< has no markup in it: script, style
/// An open element of this name ends where `opened` begins (`<li>` ends the item before it).
[[nodiscard]] bool is_closed_by(std::string_view name, std::string_view opened);
/// May be left open at the end of its parent: p, li, td.
[[nodiscard]] bool has_optional_end(std::string_view name);
[[nodiscard]] bool is_html_metadata(std::string_view name);  ///< meta, link, base

}  // namespace pith
