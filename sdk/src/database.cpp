#include "atrium/database.h"

#include <cmath>

namespace atrium {

std::int64_t SqlValue::integer() const
{
    if (const auto* number = std::get_if<double>(&content_); number && std::trunc(*number) == *number)
        return static_cast<std::int64_t>(*number);
    return std::get<std::int64_t>(content_);
}

double SqlValue::number() const
{
    if (const auto* integer = std::get_if<std::int64_t>(&content_)) return static_cast<double>(*integer);
    return std::get<double>(content_);
}

} // namespace atrium
