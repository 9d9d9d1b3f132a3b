#pragma once

#include <string_view>

namespace atrium::http {

/// The files of assets/, compiled in by embed_assets.cmake.
extern const std::string_view docsHtml;
extern const std::string_view docsCss;
extern const std::string_view docsJs;

} // namespace atrium::http
