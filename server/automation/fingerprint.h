#pragma once

#include <string>
#include <string_view>

namespace atrium::automation {

/// 16 hexadecimal digits that tell bytes apart; nothing secret hangs on them (FNV-1a). Thread: any.
std::string fingerprintOf(std::string_view bytes);

} // namespace atrium::automation
