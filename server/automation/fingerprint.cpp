#include "automation/fingerprint.h"

#include <cstdint>
#include <cstdio>

namespace atrium::automation {

std::string fingerprintOf(std::string_view bytes)
{
    std::uint64_t hash = 0xcbf29ce484222325ull;
    for (const unsigned char c : bytes) hash = (hash ^ c) * 0x100000001b3ull;
    char digits[17];
    std::snprintf(digits, sizeof digits, "%016llx", static_cast<unsigned long long>(hash));
    return digits;
}

} // namespace atrium::automation
